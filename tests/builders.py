"""Small malls and visits with honest defaults, made with the real tables and the real rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count

from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager

from models.core.database import HAPPENED
from models.core.event import Event
from models.core.roles import Role
from models.journal.actors import Actor
from models.journal.record import write_recorded
from models.mall.catalogue import Agency, Requirement, Service
from models.mall.mall import Desk, DeskService, Mall, ServingHours, Zone
from models.mall.people import User
from models.queue.calling import call_next
from models.queue.issuing import Wish, take
from models.queue.serving import start
from models.queue.shifts import sign_on
from models.queue.tickets import Step, Ticket
from models.queue.waiting import callable_at, offered_by

# Monday 23 November 2026, nine o'clock in Jakarta: open, no break, far from both ends.
MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
FRIDAY = MONDAY + timedelta(days=4)
MINUTE = timedelta(minutes=1)
OPENS_M, CLOSES_M = 8 * 60, 15 * 60
FRIDAY_BREAK_M = (11 * 60 + 30, 13 * 60)
CITIZEN = Actor()

_serial = count(1)


def mall(
    session: Session, *, code: str = "uji", time_zone: str = "Asia/Jakarta", **settings: int
) -> Mall:
    """Open Monday to Friday 08–15 with a break on Friday 11.30–13; `settings` as in Mall."""
    made = Mall(
        code=code,
        name=f"Mal Pelayanan Publik {code.title()}",
        region="Kabupaten Uji",
        time_zone=time_zone,
        public_url="http://127.0.0.1",
        **settings,
    )
    session.add(made)
    session.flush()
    for weekday in range(5):
        hours(session, made, weekday, breaks=[FRIDAY_BREAK_M] if weekday == 4 else [])
    session.flush()
    return made


def hours(
    session: Session,
    mall: Mall,
    weekday: int | None,
    opens_m: int | None = OPENS_M,
    closes_m: int | None = CLOSES_M,
    *,
    breaks: Sequence[Sequence[int]] = (),
    agency: Agency | None = None,
    desk: Desk | None = None,
    day: date | None = None,
) -> ServingHours:
    """Add hours of one weekday, or of one `day`: the mall's, an agency's or a desk's."""
    made = ServingHours(
        mall_id=mall.id,
        agency_id=None if agency is None else agency.id,
        desk_id=None if desk is None else desk.id,
        weekday=weekday,
        first_day=day,
        last_day=day,
        opens_m=opens_m,
        closes_m=closes_m,
        breaks=[list(one) for one in breaks],
    )
    session.add(made)
    session.flush()
    return made


def zone(session: Session, mall: Mall, *, code: str = "melati") -> Zone:
    """Return the mall's zone of that code, made when it is missing."""
    found = session.scalars(select(Zone).where(Zone.mall_id == mall.id, Zone.code == code)).first()
    if found is not None:
        return found
    made = Zone(mall_id=mall.id, code=code, name=code.title(), flower=code)
    session.add(made)
    session.flush()
    return made


def agency(session: Session, mall: Mall, *, code: str = "disdukcapil") -> Agency:
    """Return the mall's agency of that code, made when it is missing."""
    found = session.scalars(
        select(Agency).where(Agency.mall_id == mall.id, Agency.code == code)
    ).first()
    if found is not None:
        return found
    made = Agency(
        mall_id=mall.id,
        code=code,
        name=code.title(),
        short_name=code.title(),
        need_id="KTP, KK, akta",
        need_en="ID card, family card, certificates",
        icon="id-card",
        prefix="A",
        position=1,
    )
    session.add(made)
    session.flush()
    return made


def service(
    session: Session,
    mall: Mall,
    prefix: str = "A",
    *,
    code: str | None = None,
    minutes: float = 10.0,
    after: Service | None = None,
    quota: int | None = None,
    private_outcome: bool = False,
    requirements: Sequence[str] = (),
) -> Service:
    """Add a service called by `prefix` that takes `minutes` at a desk on average."""
    position = next(_serial)
    made = Service(
        mall_id=mall.id,
        agency_id=agency(session, mall).id,
        code=code or f"layanan-{position}",
        position=position,
        name_id=f"Layanan {prefix}",
        name_en=f"Service {prefix}",
        prefix=prefix,
        icon="file-text",
        handling_m=minutes,
        target_m=round(minutes),
        promise_m=60,
        after_id=None if after is None else after.id,
        daily_quota=quota,
        private_outcome=private_outcome,
        requirements=[
            Requirement(position=number, text_id=text, text_en=text)
            for number, text in enumerate(requirements, start=1)
        ],
    )
    session.add(made)
    session.flush()
    return made


def user(
    session: Session, mall: Mall, *, username: str | None = None, role: Role = Role.OFFICER
) -> User:
    """Add somebody who may sign in; the password hash opens nothing."""
    name = username or f"petugas.{next(_serial)}"
    made = User(
        mall_id=mall.id,
        username=name,
        name=name.replace(".", " ").title(),
        role=role,
        password_hash="",
        created_at=MONDAY,
    )
    session.add(made)
    session.flush()
    return made


def actor(user: User) -> Actor:
    """Return the signed-in `user` as who does it."""
    return Actor(role=user.role, mall_id=user.mall_id, user_id=user.id)


def desk(
    session: Session,
    mall: Mall,
    services: Sequence[Service],
    *,
    number: str = "",
    zone_code: str = "melati",
    open_since: datetime | None = MONDAY,
) -> Desk:
    """Add a desk that offers `services`, with an officer unless `open_since` is None."""
    taken = session.scalar(select(func.count(Desk.id)).where(Desk.mall_id == mall.id)) or 0
    made = Desk(
        mall_id=mall.id,
        zone_id=zone(session, mall, code=zone_code).id,
        number=number or str(taken + 1),
    )
    session.add(made)
    session.flush()
    session.add_all(DeskService(desk_id=made.id, service_id=service.id) for service in services)
    session.flush()
    if open_since is not None:
        officer = user(session, mall)
        sign_on(session, made, officer, by=actor(officer), at=open_since)
    return made


def ticket(
    session: Session,
    mall: Mall,
    *services: Service,
    at: datetime = MONDAY,
    priority: bool = False,
    by: Actor = CITIZEN,
) -> Ticket:
    """Take a number for `services` by the real rule."""
    wishes = [Wish(service.id) for service in services]
    return take(session, mall, wishes, priority=priority, by=by, at=at)


def serve_next(session: Session, desk: Desk, *, at: datetime) -> Ticket:
    """Call the next at `desk` and begin to serve."""
    called = call_next(session, desk, by=CITIZEN, at=at).ticket
    start(session, desk, by=CITIZEN, at=at)
    return called


@dataclass(frozen=True)
class SmallMall:
    """One mall with services A and B, and a desk for each and one for both."""

    mall: Mall
    a: Service
    b: Service
    desk_a: Desk
    desk_b: Desk
    desk_ab: Desk


def small_mall(session: Session, within: Mall | None = None) -> SmallMall:
    """Build what most tests need, in a mall of its own or `within` one."""
    made = within or mall(session)
    a, b = service(session, made, "A"), service(session, made, "B")
    return SmallMall(
        mall=made,
        a=a,
        b=b,
        desk_a=desk(session, made, [a]),
        desk_b=desk(session, made, [b]),
        desk_ab=desk(session, made, [a, b]),
    )


def take_recorded(session: Session) -> list[Event]:
    """Return the events recorded in this session so far, and forget them."""
    write_recorded(session)
    written: list[Event] = session.info.pop(HAPPENED, [])
    return written


def queue_of(session: Session, desk: Desk, *, most: int = 50) -> list[Step]:
    """Return the steps the desk may take, in calling order, with their tickets loaded."""
    return list(
        session.scalars(
            select(Step)
            .join(Step.ticket)
            .where(callable_at(desk, offered_by(session, desk)))
            .options(contains_eager(Step.ticket))
            .order_by(Step.due_at, Step.id)
            .limit(most)
        )
    )
