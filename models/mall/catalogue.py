"""What is served: agencies, their services, the cases of a service and what to bring for them."""

from __future__ import annotations

from datetime import date

from sqlalchemy import JSON, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.core.base import Base


class Agency(Base):
    """An instansi that serves in the mall."""

    __tablename__ = "agency"
    __table_args__ = (UniqueConstraint("mall_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    mall_id: Mapped[int] = mapped_column(ForeignKey("mall.id"))
    code: Mapped[str]
    name: Mapped[str]
    short_name: Mapped[str]
    # The need in the citizen's words ("KTP, KK, akta"); shown larger than the agency's name.
    need_id: Mapped[str]
    need_en: Mapped[str]
    icon: Mapped[str]
    prefix: Mapped[str]  # the letter of its services that have none of their own
    position: Mapped[int]

    services: Mapped[list[Service]] = relationship(
        back_populates="agency", order_by="Service.position"
    )


class Service(Base):
    """A layanan: what it costs, how long it takes, what it needs."""

    __tablename__ = "service"
    __table_args__ = (UniqueConstraint("mall_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    mall_id: Mapped[int] = mapped_column(ForeignKey("mall.id"))
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), index=True)
    code: Mapped[str]
    position: Mapped[int]
    name_id: Mapped[str]
    name_en: Mapped[str]
    subtitle_id: Mapped[str] = mapped_column(default="")
    subtitle_en: Mapped[str] = mapped_column(default="")
    prefix: Mapped[str]
    # Kept apart, because a letter of its own stays when the agency takes another.
    prefix_is_own: Mapped[bool] = mapped_column(default=False)
    icon: Mapped[str]
    popular_rank: Mapped[int | None]
    handling_m: Mapped[float]  # mean minutes at the desk, for the forecast
    target_m: Mapped[int]  # minutes an officer aims for
    promise_m: Mapped[int]  # minutes of waiting promised to the public
    completion_id: Mapped[str] = mapped_column(default="")
    completion_en: Mapped[str] = mapped_column(default="")
    fee_idr: Mapped[int | None]  # 0 is free; None is "by tariff", see the note
    fee_note_id: Mapped[str] = mapped_column(default="")
    fee_note_en: Mapped[str] = mapped_column(default="")
    product_id: Mapped[str] = mapped_column(default="")
    product_en: Mapped[str] = mapped_column(default="")
    legal_basis: Mapped[str] = mapped_column(default="")
    checked_on: Mapped[date | None]
    daily_quota: Mapped[int | None]
    # The service that must be done first when one ticket wants both.
    after_id: Mapped[int | None] = mapped_column(ForeignKey("service.id"))
    # Outcomes of such a service say no more than done or returned (UU 27/2022, specific data).
    private_outcome: Mapped[bool] = mapped_column(default=False)
    in_use: Mapped[bool] = mapped_column(default=True)
    extra: Mapped[dict[str, object]] = mapped_column(JSON, default=dict)

    agency: Mapped[Agency] = relationship(back_populates="services")
    cases: Mapped[list[ServiceCase]] = relationship(
        back_populates="service", order_by="ServiceCase.position", cascade="all, delete-orphan"
    )
    requirements: Mapped[list[Requirement]] = relationship(
        back_populates="service",
        order_by="Requirement.position",
        foreign_keys="Requirement.service_id",
        cascade="all, delete-orphan",
    )


class ServiceCase(Base):
    """Why somebody needs the service ("hilang", "rusak"); decides what to bring."""

    __tablename__ = "service_case"
    __table_args__ = (UniqueConstraint("service_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    code: Mapped[str]
    position: Mapped[int]
    name_id: Mapped[str]
    name_en: Mapped[str]
    in_use: Mapped[bool] = mapped_column(default=True)

    service: Mapped[Service] = relationship(back_populates="cases")


class Requirement(Base):
    """Something to bring; for all cases of the service when `case_codes` is empty."""

    __tablename__ = "requirement"

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), index=True)
    position: Mapped[int]
    text_id: Mapped[str]
    text_en: Mapped[str]
    case_codes: Mapped[list[str]] = mapped_column(JSON, default=list)
    # A service of this mall that issues the paper ("surat kehilangan").
    available_here_id: Mapped[int | None] = mapped_column(ForeignKey("service.id"))

    service: Mapped[Service] = relationship(
        back_populates="requirements", foreign_keys=[service_id]
    )
    available_here: Mapped[Service | None] = relationship(foreign_keys=[available_here_id])


def needed_for(service: Service, case: ServiceCase | None) -> list[Requirement]:
    """Return what `service` asks for in `case`, in order; every requirement without a case."""
    return [
        requirement
        for requirement in service.requirements
        if not requirement.case_codes or (case is not None and case.code in requirement.case_codes)
    ]
