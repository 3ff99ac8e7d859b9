"""The settings of config.toml, section by section: their names, types and what each may be."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, ValidationInfo, field_validator

from counter.files.calling import Calling
from counter.files.hours import DayHours, SpecialDay
from counter.files.signs import Flower, Sign
from counter.files.spellings import VOICE
from counter.files.toml_file import Code, Frozen, Minutes, OptionalAddress, OptionalText, Text

# More makes the dots of a slip's QR code smaller than a phone can tell apart.
LONGEST_URL: Final = 120
Port = Annotated[int, Field(ge=1, le=65535)]


class Server(Frozen):
    """The process: where it listens, where its data lie, how long a sign-in lasts."""

    host: Text
    port: Port
    database_url: str  # empty: a SQLite file in `data_dir`
    data_dir: Text
    catalogue_dir: Text
    trusted_proxy: OptionalAddress = ""  # empty: nobody is believed
    hsts_days: Annotated[int, Field(ge=0, le=730)] = 0  # 0: no browser is told to keep to TLS
    session_hours: Annotated[int, Field(ge=1, le=24)]
    log_level: Literal["debug", "info", "warning", "error"]


class MallSettings(Frozen):
    """The one mall that this file describes, and what it says to everybody."""

    code: Code
    name: Text
    region: Text
    example: bool
    time_zone: Text
    languages: Annotated[tuple[Literal["id", "en"], ...], Field(min_length=1)]
    public_url: Text
    help_desk_id: Text
    help_desk_en: Text
    complaint_line: Text

    @field_validator("time_zone")
    @classmethod
    def _zone_is_known(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(
                f'there is no time zone "{name}"; Indonesia has Asia/Jakarta, Asia/Pontianak,'
                " Asia/Makassar and Asia/Jayapura"
            ) from None
        return name

    @field_validator("languages")
    @classmethod
    def _languages_differ(cls, languages: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(languages)) < len(languages):
            raise ValueError("names a language twice")
        return languages

    @field_validator("public_url")
    @classmethod
    def _url_can_be_opened(cls, url: str) -> str:
        try:
            parts = urlsplit(url)
            _ = parts.port
        except ValueError:
            raise ValueError(
                "must be an http or https address, with a port from 1 to 65535"
            ) from None
        if parts.scheme not in {"http", "https"} or not parts.hostname or url.endswith("/"):
            raise ValueError("must be an http or https address without a slash at its end")
        if "@" in parts.netloc or any(sign in url for sign in "?# "):
            raise ValueError('must be without a space, a name, a "?" and a "#"')
        if len(url) > LONGEST_URL:
            raise ValueError(
                f"must have {LONGEST_URL} characters or fewer, or its QR code cannot be scanned"
            )
        return url


class Slip(Frozen):
    """What every slip carries beside the ticket itself, and for how long it is worth printing."""

    logo: OptionalText  # empty: the house's own mark
    requirements: bool
    keep_minutes: Annotated[int, Field(ge=1, le=120)]
    header: tuple[Text, ...]
    footer_id: tuple[Text, ...]
    footer_en: tuple[Text, ...]


class RunningText(Frozen):
    """One sentence of the line that runs along the foot of the boards."""

    text_id: Text
    text_en: Text


class Hours(Frozen):
    """When the hall is open, and from when until when it gives numbers."""

    intake_cutoff_minutes: Minutes
    intake_opens_minutes_before: Minutes = 0
    days: Annotated[tuple[DayHours, ...], Field(min_length=1)]
    special_days: tuple[SpecialDay, ...] = ()


class Holiday(Frozen):
    """A local day on which the hall stays closed."""

    date: date
    name: Text


class ZoneSettings(Frozen):
    """A waiting area; its flower is one of the pictures that the screens can draw."""

    code: Code
    name: Text
    flower: Flower
    place_id: Text
    place_en: Text


class DeskSettings(Frozen):
    """A desk, its zone and what it offers: in the file also `agency:<code>` for all of one.

    `printer` is the code of the one beside it, empty for none.
    """

    number: Sign
    zone: Code
    services: Annotated[tuple[Text, ...], Field(min_length=1)]
    hours: tuple[DayHours, ...] = ()  # empty: those of the hall and of its agencies
    printer: Annotated[str, Field(max_length=40)] = ""


# The keys that say where a printer is, each with the kinds that need it; others leave it empty.
_ADDRESSES: Final[dict[str, tuple[str, ...]]] = {
    "host": ("network",),
    "path": ("file", "serial"),
    "vendor_id": ("usb",),
    "product_id": ("usb",),
}
_UsbId = Annotated[int, Field(ge=0, le=0xFFFF)]


class PrinterSettings(Frozen):
    """A printer: where it is, what paper it holds, and how it cuts."""

    code: Code
    name: Text
    kind: Literal["virtual", "network", "usb", "serial", "file", "agent"]
    # Only its own kind's keys need be written; the others say nothing.
    host: Annotated[OptionalText, Field(validate_default=True)] = ""
    port: Port = 9100
    path: Annotated[OptionalText, Field(validate_default=True)] = ""
    baud: Literal[9600, 19200, 38400, 57600, 115200] = 115200
    vendor_id: Annotated[_UsbId, Field(validate_default=True)] = 0
    product_id: Annotated[_UsbId, Field(validate_default=True)] = 0
    columns: Literal[48, 42, 32]
    profile: Text = "default"
    cut: Literal["full", "partial", "none"] = "partial"
    drawings: bool = True
    short: bool = False

    @field_validator(*_ADDRESSES)
    @classmethod
    def _kind_has_its_address(cls, value: str | int, info: ValidationInfo) -> str | int:
        kind = info.data.get("kind")
        if kind is None:
            return value
        owned = kind in _ADDRESSES[info.field_name or ""]
        if owned and not value:
            raise ValueError(f'must be given, because kind is "{kind}"')
        if not owned and value:
            empty = '""' if isinstance(value, str) else "0"
            raise ValueError(f'must be {empty}, because kind is "{kind}"')
        return value


class KioskSettings(Frozen):
    """A kiosk, the printer under it, and the one that prints while that one cannot."""

    code: Code
    name: Text
    printer: Code
    fallback: Annotated[str, Field(max_length=40)]

    @field_validator("fallback")
    @classmethod
    def _fallback_is_another(cls, fallback: str, info: ValidationInfo) -> str:
        if fallback and fallback == info.data.get("printer"):
            raise ValueError("must be another printer than the kiosk's own")
        return fallback


class BoardSettings(Frozen):
    """A wall screen of one zone, or of the whole hall where `zone` is empty."""

    code: Code
    name: Text
    zone: Annotated[str, Field(max_length=40)]
    arrow: Literal["left", "right", "up", "down", "none"]
    voice: bool


class Voice(Frozen):
    """How calls are spoken."""

    variant: Annotated[str, Field(pattern=VOICE)]
    words_per_minute: Annotated[int, Field(ge=80, le=260)]
    style: Literal["digits", "cardinal"]
    repeat: Annotated[int, Field(ge=1, le=3)]


class Retention(Frozen):
    """How long anything that points to a person is kept."""

    personal_days: Annotated[int, Field(ge=1, le=365)]


class Settings(Frozen):
    """All of config.toml."""

    server: Server
    mall: MallSettings
    slip: Slip
    running_texts: tuple[RunningText, ...]
    hours: Hours
    holidays: tuple[Holiday, ...]
    calling: Calling
    voice: Voice
    retention: Retention
    zones: Annotated[tuple[ZoneSettings, ...], Field(min_length=1)]
    desks: Annotated[tuple[DeskSettings, ...], Field(min_length=1)]
    printers: Annotated[tuple[PrinterSettings, ...], Field(min_length=1)]
    kiosks: Annotated[tuple[KioskSettings, ...], Field(min_length=1)]
    boards: tuple[BoardSettings, ...]
