"""The people who sign in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.core.base import Base
from models.core.roles import Role


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
