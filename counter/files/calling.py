"""The settings of `[calling]`, and the rules of the mall that they become."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from counter.files.toml_file import Frozen, Minutes
from models.mall.rules import CallingRules


class HeadStarts(Frozen):
    """How many minutes earlier than its arrival each class is due; other tickets: none."""

    priority: Minutes
    booked: Minutes
    returned: Minutes
    transferred: Minutes


class Calling(Frozen):
    """Who is called next, and what becomes of those who do not come."""

    head_start_minutes: HeadStarts
    miss_after_seconds: Annotated[int, Field(ge=0, le=3600)]
    return_grace_minutes: Minutes
    max_services_per_ticket: Annotated[int, Field(ge=1, le=10)]

    @property
    def rules(self) -> CallingRules:
        """The same as the mall goes by it."""
        return CallingRules(
            priority_head_start_m=self.head_start_minutes.priority,
            booked_head_start_m=self.head_start_minutes.booked,
            returned_head_start_m=self.head_start_minutes.returned,
            transferred_head_start_m=self.head_start_minutes.transferred,
            miss_after_s=self.miss_after_seconds,
            return_grace_m=self.return_grace_minutes,
            most_services=self.max_services_per_ticket,
        )
