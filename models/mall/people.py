"""The people who sign in."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.core.base import Base
from models.core.roles import Role

NO_PASSWORD: Final = "-"  # noqa: S105 — a hash that no password has.


class Erased(Exception):
    """Nobody stands behind the account any more, and nobody ever signs in with it again."""


class User(Base):
    """A person who signs in."""

    __tablename__ = "user_account"
    __table_args__ = (UniqueConstraint("mall_id", "username"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    mall_id: Mapped[int] = mapped_column(ForeignKey("mall.id"))
    username: Mapped[str]
    name: Mapped[str]
    role: Mapped[Role]
    password_hash: Mapped[str]  # argon2id
    in_use: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    failed_count: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]

    def must_be_kept(self) -> None:
        """Raise Erased if what pointed to the person was taken from the account."""
        if self.password_hash == NO_PASSWORD:
            raise Erased(self.username)
