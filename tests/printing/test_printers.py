"""Printers: all bytes arrive, or it is said plainly whether any of them went out."""

import os
import socket
import stat
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from printing.layout import PAPERS
from printing.printers import (
    FilePrinter,
    NetworkPrinter,
    PrinterAway,
    PrinterDoubtful,
    PrinterSettings,
    VirtualPrinter,
    open_printer,
)
from tests.printing.ports import (
    HOST,
    break_off,
    listening,
    printer_at,
    take_all,
    unready,
)

SLIP = bytes(range(256)) * 100
AT = datetime(2026, 11, 24, 2, 41, tzinfo=UTC)


def network(port: int) -> NetworkPrinter:
    settings = PrinterSettings("kiosk-1", "network", host=HOST, port=port)
    quick = replace(
        settings,
        connect_within=timedelta(milliseconds=300),
        send_within=timedelta(milliseconds=600),
    )
    return NetworkPrinter(quick, PAPERS[48])


def device(path: Path) -> FilePrinter:
    settings = PrinterSettings("kiosk-1", "file", path=path)
    return FilePrinter(replace(settings, send_within=timedelta(milliseconds=300)), PAPERS[48])


def folder(tmp_path: Path) -> VirtualPrinter:
    printer = open_printer(PrinterSettings("kiosk-1", "virtual", path=tmp_path), lambda: AT)
    assert isinstance(printer, VirtualPrinter)
    return printer


def test_a_network_printer_gets_every_byte_once() -> None:
    with listening() as listener, printer_at(listener, take_all) as taken:
        network(listener.getsockname()[1]).send(SLIP)
        assert taken.get(timeout=5) == SLIP
        assert taken.empty()


def test_a_printer_that_tells_its_status_and_stays_on_the_line_is_fine() -> None:
    released = threading.Event()

    def take(link: socket.socket) -> bytes:
        link.sendall(b"\x14\x00\x00\x0f")
        data = take_all(link)
        released.wait(5)
        return data

    with listening() as listener, printer_at(listener, take) as taken:
        network(listener.getsockname()[1]).send(SLIP)
        released.set()
        assert taken.get(timeout=5) == SLIP


def test_nobody_at_the_port_means_away() -> None:
    with unready() as listener, pytest.raises(PrinterAway, match="refused"):
        network(listener.getsockname()[1]).send(SLIP)


def test_a_machine_that_does_not_answer_means_away() -> None:
    with socket.socket() as deaf:
        deaf.bind((HOST, 0))
        deaf.listen(0)
        port = deaf.getsockname()[1]
        # The one place in its queue is taken, so the next caller is left waiting.
        with socket.create_connection((HOST, port)), pytest.raises(PrinterAway, match="timed out"):
            network(port).send(SLIP)


def test_a_connection_that_breaks_means_doubt() -> None:
    with listening() as listener, printer_at(listener, break_off) as taken:
        with pytest.raises(PrinterDoubtful):
            network(listener.getsockname()[1]).send(SLIP)
        assert SLIP.startswith(taken.get(timeout=5))


def test_a_printer_that_stops_reading_means_doubt() -> None:
    released = threading.Event()

    def take(_link: socket.socket) -> bytes:
        released.wait(10)
        return b""

    with listening() as listener, printer_at(listener, take):
        with pytest.raises(PrinterDoubtful, match=r"takes no more|timed out"):
            network(listener.getsockname()[1]).send(SLIP * 400)
        released.set()


def test_a_short_slip_that_nobody_reads_is_trusted_to_the_printers_memory() -> None:
    released = threading.Event()

    def take(link: socket.socket) -> bytes:
        released.wait(10)
        return take_all(link)

    with listening() as listener, printer_at(listener, take) as taken:
        network(listener.getsockname()[1]).send(b"short")
        released.set()
        assert taken.get(timeout=5) == b"short"


def test_a_device_file_gets_every_byte(tmp_path: Path) -> None:
    path = tmp_path / "lp0"
    path.write_bytes(b"")
    device(path).send(SLIP)
    assert path.read_bytes() == SLIP


def test_an_unplugged_device_means_away_and_leaves_no_file(tmp_path: Path) -> None:
    path = tmp_path / "lp0"
    with pytest.raises(PrinterAway, match="No such file"):
        device(path).send(SLIP)
    assert not path.exists()


def test_a_device_that_nobody_reads_means_away(tmp_path: Path) -> None:
    path = tmp_path / "lp0"
    os.mkfifo(path)
    with pytest.raises(PrinterAway):
        device(path).send(SLIP)


def test_a_device_that_closes_half_way_means_doubt(tmp_path: Path) -> None:
    path = tmp_path / "lp0"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    closing = threading.Timer(0.05, os.close, [reader])
    closing.start()
    with pytest.raises(PrinterDoubtful, match="Broken pipe"):
        device(path).send(SLIP * 40)
    closing.join()


def test_a_device_that_hangs_means_doubt(tmp_path: Path) -> None:
    path = tmp_path / "lp0"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with pytest.raises(PrinterDoubtful, match="takes no more"):
        device(path).send(SLIP * 40)
    os.close(reader)


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
    assert isinstance(printer, NetworkPrinter)
    assert (printer.code, printer.paper) == ("a", PAPERS[32])
    assert isinstance(open_printer(PrinterSettings("a", "file"), lambda: AT), FilePrinter)
