"""The devices of a hall: kiosks, boards and print agents, each with what it plays."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.core.base import Base
from models.core.roles import Role

# A screen is noted as alive once a minute; three without a sign are silence.
SILENT_AFTER: Final = timedelta(minutes=3)


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
    # The token that it is being given in place of that one: the first use of it ends the other.
    next_token_hash: Mapped[str | None] = mapped_column(unique=True, index=True)
    created_at: Mapped[datetime]
    paired_at: Mapped[datetime | None]
    paired_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_at: Mapped[datetime | None]
    last_seen_at: Mapped[datetime | None]


def is_silent(device: Device, at: datetime, *, rate: float = 1.0) -> bool:
    """Tell whether nothing was heard lately of a device that is still paired.

    The hall's time runs `rate` times as fast as the device lives: in a demo, faster.
    """
    heard_at = device.last_seen_at
    return device.withdrawn_at is None and (heard_at is None or at - heard_at > SILENT_AFTER * rate)
