"""Who acts: people who sign in, devices that were paired, and the actor of a press."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.core.base import Base


class Role(StrEnum):
    """What somebody or something may be; permissions hang off it."""

    PUBLIC = "public"
    KIOSK = "kiosk"
    BOARD = "board"
    AGENT = "agent"
    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"
    AUDITOR = "auditor"


@dataclass(frozen=True)
class Actor:
    """Who did it: a signed-in user, a paired device, a citizen (neither), or time itself."""

    role: Role = Role.PUBLIC
    mall_id: int | None = None
    user_id: int | None = None
    device_id: int | None = None


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
    # Sign-ins from before this instant are void: a new password, or everybody out.
    signed_out_at: Mapped[datetime | None]
    failed_count: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]


class Device(Base):
    """A kiosk, a board or a print agent: shows a code, is confirmed, then holds a token."""

    __tablename__ = "device"

    id: Mapped[int] = mapped_column(primary_key=True)
    mall_id: Mapped[int] = mapped_column(ForeignKey("mall.id"))
    role: Mapped[Role | None]  # None until it is paired
    name: Mapped[str] = mapped_column(default="")
    # The entry in config.toml that it plays: "kiosk-1", "papan-melati".
    place: Mapped[str] = mapped_column(default="")
    settings: Mapped[dict[str, object]] = mapped_column(JSON, default=dict)
    code: Mapped[str | None] = mapped_column(unique=True)
    code_expires_at: Mapped[datetime | None]
    token_hash: Mapped[str] = mapped_column(unique=True)  # SHA-256, hex
    created_at: Mapped[datetime]
    paired_at: Mapped[datetime | None]
    paired_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_at: Mapped[datetime | None]
    last_seen_at: Mapped[datetime | None]
