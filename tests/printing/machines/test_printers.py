"""Printers: all bytes arrive, or it is said plainly whether any of them went out."""

import os
import pty
import select
import socket
import stat
import termios
import threading
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from models.paper.printers import PrinterState
from printing.ink.layout import PAPERS
from printing.machines.connections import UsbLink
from printing.machines.printers import (
    LinkedPrinter,
    Printer,
    PrinterAway,
    PrinterDoubtful,
    PrinterSettings,
    VirtualPrinter,
    open_printer,
)
from printing.machines.status import Reading
from printing.machines.talking import Patience
from tests.printing.machines.escpos_printer import EscposPrinter
from tests.printing.machines.ports import HOST, break_off, listening, printer_at, take_all, unready
from tests.printing.machines.usb_cable import PRODUCT, VENDOR, UsbCable

SLIP = b"\x1b@" + b"Antrean A-058\n" * 2000 + b"\x1dV\x00"
AT = datetime(2026, 11, 24, 2, 41, tzinfo=UTC)
QUICK = Patience(
    connect_s=0.3, answer_s=0.1, settle_s=0.2, stalled_s=0.3, stalled_unasked_s=0.4, good_s=0.1
)


@contextmanager
def opened(settings: PrinterSettings) -> Iterator[Printer]:
    printer = open_printer(settings, lambda: AT)
    try:
        yield printer
    finally:
        printer.close()


@contextmanager
def network(port: int, patience: Patience = QUICK) -> Iterator[Printer]:
    settings = PrinterSettings("kiosk-1", "network", host=HOST, port=port, patience=patience)
    with opened(settings) as printer:
        yield printer


@contextmanager
def device(path: Path) -> Iterator[Printer]:
    with opened(PrinterSettings("kiosk-1", "file", path=path, patience=QUICK)) as printer:
        yield printer


def folder(tmp_path: Path) -> VirtualPrinter:
    printer = open_printer(PrinterSettings("kiosk-1", "virtual", path=tmp_path), lambda: AT)
    assert isinstance(printer, VirtualPrinter)
    return printer


def without_questions(data: bytes) -> bytes:
    """What a printer that answers nothing was sent, without what it was asked in vain."""
    return data.removeprefix(b"\x10\x04\x01")


# A printer that answers.


def test_papers_of_a_folder_stand_in_the_way_of_no_data_that_is_put_back(tmp_path: Path) -> None:
    data, aside = tmp_path / "data", tmp_path / "elsewhere"
    data.mkdir()
    printer = folder(data / "paper")
    assert printer.look().state is PrinterState.ONLINE
    data.rename(aside)
    assert printer.look().state is PrinterState.AWAY
    with pytest.raises(PrinterAway):
        printer.send(b"paper")
    assert not data.exists()
    aside.rename(data)
    assert printer.send(b"paper")


def test_a_printer_that_answers_gets_every_byte_once() -> None:
    with EscposPrinter() as machine, network(machine.port) as printer:
        assert printer.look() == Reading(PrinterState.ONLINE)
        printer.send(SLIP)
        printer.send(SLIP)
        assert machine.sheets == [SLIP, SLIP]
        assert machine.unknown == []
        assert machine.callers == 1


def test_printed_means_that_the_printer_came_past_the_last_byte() -> None:
    with EscposPrinter(speed=60_000) as machine, network(machine.port) as printer:
        printer.send(SLIP)
        assert machine.sheets == [SLIP]


def test_a_printer_without_marks_has_to_fare_well_for_a_while() -> None:
    with EscposPrinter(marks=False) as machine, network(machine.port) as printer:
        for _ in range(3):
            assert printer.look() == Reading(PrinterState.ONLINE)
        printer.send(SLIP)
        assert machine.sheets == [SLIP]
        machine.run_out(after=len(SLIP) // 2)
        with pytest.raises(PrinterDoubtful, match="paper_out"):
            printer.send(SLIP)


@pytest.mark.parametrize("memory", [2048, 1 << 20])
def test_paper_that_ends_in_the_middle_means_doubt_and_says_why(memory: int) -> None:
    heard: list[Reading] = []
    machine = EscposPrinter(memory=memory)
    with machine, network(machine.port, Patience()) as printer:
        machine.run_out(after=len(SLIP) // 2)
        with pytest.raises(PrinterDoubtful, match="paper_out"):
            printer.send(SLIP, heard.append)
        assert Reading(PrinterState.PAPER_OUT) in heard
        assert printer.look() == Reading(PrinterState.PAPER_OUT)
        assert machine.sheets == []


def test_paper_that_ends_with_the_last_byte_is_not_called_printed() -> None:
    with EscposPrinter() as machine, network(machine.port) as printer:
        assert printer.look().prints
        machine.run_out(after=len(SLIP) + 3)
        with pytest.raises(PrinterDoubtful, match="paper_out"):
            printer.send(SLIP)


def test_what_an_earlier_line_left_is_not_taken_for_this_paper() -> None:
    with EscposPrinter(memory=1 << 20) as machine:
        machine.run_out(after=1000)
        with network(machine.port) as printer, pytest.raises(PrinterDoubtful):
            printer.send(SLIP)
        machine.put_paper()
        machine.wait_for(lambda: len(machine.sheets) == 1)
        with network(machine.port) as printer:
            printer.send(SLIP)
        assert machine.sheets == [SLIP, SLIP]


def test_trouble_before_the_first_byte_means_away() -> None:
    with EscposPrinter() as machine, network(machine.port) as printer:
        machine.open_cover()
        assert printer.look() == Reading(PrinterState.COVER_OPEN)
        with pytest.raises(PrinterAway, match="cover_open"):
            printer.send(SLIP)
        machine.open_cover(is_open=False)
        machine.jam_cutter()
        assert printer.look() == Reading(PrinterState.CUTTER_ERROR)
        machine.jam_cutter(jammed=False)
        machine.run_low()
        assert printer.look() == Reading(PrinterState.PAPER_LOW)
        printer.send(SLIP)
        assert machine.sheets == [SLIP]


def test_a_lid_that_is_closed_again_at_once_harms_nothing() -> None:
    with EscposPrinter(speed=20_000) as machine:
        with network(machine.port, Patience()) as printer:
            opening = threading.Timer(0.3, machine.open_cover)
            closing = threading.Timer(0.9, lambda: machine.open_cover(is_open=False))
            opening.start()
            closing.start()
            printer.send(SLIP)
            opening.join()
            closing.join()
        assert machine.sheets == [SLIP]


def test_a_printer_that_answered_once_and_is_silent_now_is_away() -> None:
    with EscposPrinter() as machine, network(machine.port) as printer:
        assert printer.look().prints
        machine.hang()
        assert printer.look() == Reading(PrinterState.AWAY, "silent")
        with pytest.raises(PrinterAway):
            printer.send(SLIP)
        machine.hang(hangs=False)
        assert printer.look() == Reading(PrinterState.ONLINE)


def test_a_printer_that_comes_back_hung_is_silent_and_no_longer_unplugged() -> None:
    with EscposPrinter() as machine, network(machine.port) as printer:
        assert printer.look().prints
        machine.lose_power()
        assert printer.look() == Reading(PrinterState.AWAY, "Connection refused")
        machine.hang()
        machine.come_back()
        assert printer.look() == Reading(PrinterState.AWAY, "silent")
        machine.hang(hangs=False)


def test_a_line_that_the_printer_dropped_is_opened_again() -> None:
    with EscposPrinter() as machine, network(machine.port) as printer:
        assert printer.look().prints
        machine.break_after(0)
        machine.wait_for(lambda: not machine.busy)
        assert printer.look() == Reading(PrinterState.ONLINE)
        printer.send(SLIP)
        assert machine.sheets == [SLIP]


@pytest.mark.parametrize("taken", [1, 700, len(SLIP) - 1])
def test_a_line_that_breaks_in_the_middle_means_doubt(taken: int) -> None:
    with EscposPrinter() as machine, network(machine.port) as printer:
        assert printer.look().prints
        machine.break_after(taken)
        with pytest.raises(PrinterDoubtful):
            printer.send(SLIP)
        assert machine.sheets == []


# A printer that answers nothing.


def test_a_printer_that_cannot_be_asked_is_unknown_and_gets_every_byte() -> None:
    with (
        listening() as listener,
        printer_at(listener, take_all) as taken,
        network(listener.getsockname()[1]) as printer,
    ):
        assert printer.look() == Reading(PrinterState.UNKNOWN)
        assert not printer.send(SLIP)
        assert without_questions(taken.get(timeout=5)) == SLIP


def test_a_printer_of_ours_without_answers_is_unknown() -> None:
    with EscposPrinter(answers=False, marks=False) as machine, network(machine.port) as printer:
        assert printer.look() == Reading(PrinterState.UNKNOWN)
        assert not printer.send(SLIP)
        machine.wait_for(lambda: machine.sheets == [SLIP])


@pytest.mark.parametrize(
    "nonsense", [b"ERROR: PAPER\r\n", b"\x12\xf3\x80", b"\x12\x12\x12", b"\xff", b"ok\n", b"\x00"]
)
def test_what_is_no_answer_to_the_question_is_none(nonsense: bytes) -> None:
    def babble(link: socket.socket) -> bytes:
        data = link.recv(65536)
        link.sendall(nonsense)
        return data + take_all(link)

    with (
        listening() as listener,
        printer_at(listener, babble) as taken,
        network(listener.getsockname()[1]) as printer,
    ):
        assert printer.look() == Reading(PrinterState.UNKNOWN)
        assert not printer.send(SLIP)
        assert taken.get(timeout=5).endswith(SLIP)


def test_nobody_at_the_port_means_away() -> None:
    with unready() as listener, network(listener.getsockname()[1]) as printer:
        assert printer.look() == Reading(PrinterState.AWAY, "Connection refused")
        with pytest.raises(PrinterAway, match="refused"):
            printer.send(SLIP)


def test_a_machine_that_does_not_answer_means_away() -> None:
    with socket.socket() as deaf:
        deaf.bind((HOST, 0))
        deaf.listen(0)
        port = deaf.getsockname()[1]
        # The one place in its queue is taken, so the next caller is left waiting.
        with socket.create_connection((HOST, port)), network(port) as printer:
            assert printer.look() == Reading(PrinterState.AWAY, "timed out")


def test_a_connection_that_breaks_means_doubt() -> None:
    def take(link: socket.socket) -> bytes:
        asked = link.recv(3)
        return asked + break_off(link)

    with listening() as listener, printer_at(listener, take) as taken:
        with network(listener.getsockname()[1]) as printer, pytest.raises(PrinterDoubtful):
            printer.send(SLIP * 20)
        assert SLIP.startswith(without_questions(taken.get(timeout=5)))


def test_a_printer_that_stops_reading_means_doubt() -> None:
    released = threading.Event()

    def take(_link: socket.socket) -> bytes:
        released.wait(10)
        return b""

    with listening() as listener, printer_at(listener, take):
        with network(listener.getsockname()[1]) as printer:
            heard: list[Reading] = []
            with pytest.raises(PrinterDoubtful, match="stalled"):
                printer.send(SLIP * 200, heard.append)
            assert heard[-1] == Reading(PrinterState.AWAY, "stalled")
        released.set()


def test_a_short_slip_that_nobody_reads_is_trusted_to_the_printers_memory() -> None:
    released = threading.Event()

    def take(link: socket.socket) -> bytes:
        released.wait(10)
        return take_all(link)

    with listening() as listener, printer_at(listener, take) as taken:
        with network(listener.getsockname()[1]) as printer:
            printer.send(b"short")
        released.set()
        assert without_questions(taken.get(timeout=5)) == b"short"


# Cables.


@contextmanager
def on_a_cable(machine: EscposPrinter) -> Iterator[Path]:
    """A terminal of the system as the cable to a printer of ours; yields its device file."""
    ours, theirs = pty.openpty()
    tty.setraw(theirs, termios.TCSANOW)
    ended = threading.Event()

    def carry() -> None:
        with socket.create_connection((HOST, machine.port)) as link:
            while not ended.is_set():
                for ready in select.select([ours, link.fileno()], [], [], 0.02)[0]:
                    if ready != ours:
                        os.write(ours, link.recv(4096))
                    else:
                        link.sendall(os.read(ours, 4096))

    thread = threading.Thread(target=carry)
    thread.start()
    try:
        yield Path(os.ttyname(theirs))
    finally:
        ended.set()
        thread.join()
        os.close(ours)
        os.close(theirs)


@pytest.mark.parametrize("kind", ["serial", "file"])
def test_a_printer_on_a_cable_is_asked_and_prints(kind: str) -> None:
    with EscposPrinter() as machine, on_a_cable(machine) as path:
        settings = (
            PrinterSettings("kiosk-1", "serial", path=path, baud=115200)
            if kind == "serial"
            else PrinterSettings("kiosk-1", "file", path=path)
        )
        with opened(settings) as printer:
            assert printer.look() == Reading(PrinterState.ONLINE)
            printer.send(SLIP)
            assert machine.sheets == [SLIP]
            machine.run_out(after=500)
            with pytest.raises(PrinterDoubtful, match="paper_out"):
                printer.send(SLIP)
            assert printer.look() == Reading(PrinterState.PAPER_OUT)


def test_a_serial_port_that_is_not_there_means_away(tmp_path: Path) -> None:
    settings = PrinterSettings("kiosk-1", "serial", path=tmp_path / "ttyUSB0")
    with opened(settings) as printer:
        assert printer.look().state is PrinterState.AWAY
        with pytest.raises(PrinterAway, match="ttyUSB0"):
            printer.send(SLIP)


def test_a_usb_printer_that_is_not_there_means_away() -> None:
    settings = PrinterSettings("kiosk-1", "usb", vendor_id=0x04B8, product_id=0x0E15)
    with opened(settings) as printer:
        assert printer.look().state is PrinterState.AWAY
        with pytest.raises(PrinterAway):
            printer.send(SLIP)


@contextmanager
def on_usb(cable: UsbCable) -> Iterator[LinkedPrinter]:
    settings = PrinterSettings("kiosk-1", "usb", vendor_id=VENDOR, product_id=PRODUCT)
    printer = LinkedPrinter(settings, PAPERS[48], lambda: UsbLink(VENDOR, PRODUCT, backend=cable))
    try:
        yield printer
    finally:
        printer.close()
        cable.close()


def test_a_usb_printer_is_asked_and_prints() -> None:
    with EscposPrinter() as machine, on_usb(UsbCable(machine.port)) as printer:
        assert printer.look() == Reading(PrinterState.ONLINE)
        printer.send(SLIP)
        assert machine.sheets == [SLIP]
        machine.run_out(after=500)
        with pytest.raises(PrinterDoubtful, match="paper_out"):
            printer.send(SLIP)
        assert printer.look() == Reading(PrinterState.PAPER_OUT)


def test_a_usb_printer_without_a_way_back_is_unknown_and_prints() -> None:
    with EscposPrinter(answers=False, marks=False) as machine:
        with on_usb(UsbCable(machine.port, answers=False)) as printer:
            assert printer.look() == Reading(PrinterState.UNKNOWN)
            printer.send(SLIP)
        machine.wait_for(lambda: machine.sheets == [SLIP])


def test_a_usb_printer_that_is_unplugged_is_away() -> None:
    with EscposPrinter(speed=20_000) as machine:
        cable = UsbCable(machine.port)
        with on_usb(cable) as printer:
            assert printer.look().prints
            unplugging = threading.Timer(0.3, lambda: setattr(cable, "plugged", False))
            unplugging.start()
            with pytest.raises(PrinterDoubtful, match="No such device"):
                printer.send(SLIP * 2)
            unplugging.join()
            assert printer.look().state is PrinterState.AWAY


def test_a_device_file_gets_every_byte(tmp_path: Path) -> None:
    path = tmp_path / "lp0"
    path.write_bytes(b"")
    with device(path) as printer:
        assert printer.look() == Reading(PrinterState.UNKNOWN)
        printer.send(SLIP)
    assert without_questions(path.read_bytes()) == SLIP


def test_an_unplugged_device_means_away_and_leaves_no_file(tmp_path: Path) -> None:
    path = tmp_path / "lp0"
    with device(path) as printer:
        assert printer.look() == Reading(PrinterState.AWAY, "No such file or directory")
        with pytest.raises(PrinterAway, match="No such file"):
            printer.send(SLIP)
    assert not path.exists()


def test_a_device_that_nobody_reads_means_away(tmp_path: Path) -> None:
    path = tmp_path / "lp0"
    os.mkfifo(path)
    with device(path) as printer, pytest.raises(PrinterAway):
        printer.send(SLIP)


def test_a_device_that_closes_half_way_means_doubt(tmp_path: Path) -> None:
    path = tmp_path / "lp0"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    closing = threading.Timer(0.2, os.close, [reader])
    with device(path) as printer:
        assert printer.look().prints
        closing.start()
        with pytest.raises(PrinterDoubtful, match="Broken pipe"):
            printer.send(SLIP * 40)
    closing.join()


def test_a_device_that_hangs_means_doubt(tmp_path: Path) -> None:
    path = tmp_path / "lp0"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with device(path) as printer, pytest.raises(PrinterDoubtful, match="stalled"):
        printer.send(SLIP * 40)
    os.close(reader)


# The printer whose paper is a folder.


def test_a_virtual_printer_is_online_while_its_folder_takes_paper(tmp_path: Path) -> None:
    assert folder(tmp_path).look() == Reading(PrinterState.ONLINE)
    (tmp_path / "file").write_bytes(b"")
    assert folder(tmp_path / "file").look().state is PrinterState.AWAY


def test_virtual_paper_keeps_the_very_bytes_newest_first(tmp_path: Path) -> None:
    printer = folder(tmp_path)
    printer.send(b"first")
    printer.send(b"second")
    papers = printer.printed()
    assert [printer.read(paper.name) for paper in papers] == [b"second", b"first"]
    assert papers[1].printed_at == AT
    assert {path.suffix for path in printer.folder.iterdir()} == {".bin"}


def test_virtual_paper_is_read_by_its_own_names_alone(tmp_path: Path) -> None:
    printer = folder(tmp_path)
    printer.send(b"slip")
    (tmp_path / "secret.bin").write_bytes(b"not paper")
    (printer.folder / "secret.bin").write_bytes(b"not paper either")
    assert len(printer.printed()) == 1
    for name in ("../secret", "secret", "", str(tmp_path / "secret")):
        with pytest.raises(FileNotFoundError):
            printer.read(name)


@pytest.mark.slow
def test_virtual_paper_does_not_fill_the_disk(tmp_path: Path) -> None:
    printer = folder(tmp_path)
    for _ in range(503):
        printer.send(b"slip")
    assert len(printer.printed()) == 500


def test_a_folder_that_cannot_be_written_means_away(tmp_path: Path) -> None:
    (tmp_path / "kiosk-1").write_bytes(b"a file where the folder should be")
    with pytest.raises(PrinterAway):
        folder(tmp_path).send(b"slip")
    assert stat.S_ISREG((tmp_path / "kiosk-1").stat().st_mode)


def test_settings_decide_the_kind_and_the_paper() -> None:
    settings = PrinterSettings("a", "network", host=HOST, columns=32)
    printer = open_printer(settings, lambda: AT)
    assert isinstance(printer, LinkedPrinter)
    assert (printer.code, printer.paper) == ("a", PAPERS[32])
    full = open_printer(PrinterSettings("a", "file", cut="full", requirements=False), lambda: AT)
    assert (full.paper.cut, full.paper.requirements) == ("full", False)
