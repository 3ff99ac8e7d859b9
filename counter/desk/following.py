"""Who may follow a desk's console: who serves there, and who may stand in for them."""

from __future__ import annotations

from sqlalchemy.orm import Session

from counter.desk.state import desk_state, touched
from models.core.roles import LEADERS, Role
from models.journal.actors import Actor
from models.journal.events import ShiftBegan, ShiftEnded
from models.journal.topics import Topic, id_in
from models.mall.mall import Desk
from models.queue.shifts import serves_or_left_last


def may_follow(session: Session, actor: Actor, key: str) -> bool:
    """Tell whether `actor` may see the desk: its officer, or who may stand in for one.

    Whoever closes a desk still sees that it is closed, until somebody opens it or they open
    another.
    """
    desk = session.get(Desk, id_in(key))
    if desk is None or desk.mall_id != actor.mall_id:
        return False
    if actor.role in LEADERS:
        return True
    if actor.role is not Role.OFFICER or actor.user_id is None:
        return False
    return serves_or_left_last(session, desk.id, actor.user_id)


DESK = Topic(
    name="desk",
    state=desk_state,
    touched=touched,
    may_follow=may_follow,
    ends_with=frozenset({ShiftBegan, ShiftEnded}),
)
