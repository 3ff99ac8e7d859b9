from dataclasses import FrozenInstanceError, fields, replace

import pytest
from sqlalchemy.orm import Session

from models.core.base import table_of
from models.mall.arrangement import arrangement_of
from models.mall.mall import Mall
from models.mall.rules import CallingRules
from tests.builders import mall

RULES = [rule.name for rule in fields(CallingRules)]


def test_rules_are_not_changed_in_passing() -> None:
    with pytest.raises(FrozenInstanceError):
        CallingRules().miss_after_s = 0  # type: ignore[misc]  # that it cannot be is what is tested


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_has_a_column_and_comes_back_from_it(session: Session, rule: str) -> None:
    made = mall(session)
    other = replace(CallingRules(), **{rule: getattr(CallingRules(), rule) + 1})
    assert arrangement_of(session, made).rules == CallingRules()
    made.rules = other
    session.flush()
    session.expire_all()
    assert arrangement_of(session, made).rules == other
    assert session.scalar(table_of(Mall).select().with_only_columns(table_of(Mall).c[rule])) == (
        getattr(other, rule)
    )
