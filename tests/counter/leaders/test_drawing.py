"""Papers drawn by another process: the same to the byte, and never lost with it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from counter.background.children import Child
from models.core.work import ChildGone, WorkFailed
from models.paper.jobs import PrintJob
from models.paper.kinds import PaperKind
from printing.ink.layout import PAPERS
from printing.papers.apart import draw
from printing.papers.drawer import WORK, Drawer
from tests.printing.papers.slips import WORDS, slip

AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
RASTER = b"\x1dv0"


def job(payload: dict[str, Any] | None = None, copy_of: int | None = None) -> PrintJob:
    return PrintJob(
        id=7, kind=PaperKind.SLIP, payload=payload or slip().to_json(), copy_of_id=copy_of
    )


@dataclass
class Dying:
    """A process that draws so many papers and then is gone for good."""

    papers: int

    def __call__(self, *facts: Any, timeout_s: float) -> bytes:
        assert timeout_s <= 5
        if self.papers == 0:
            raise ChildGone("killed")
        self.papers -= 1
        return draw(*facts)


def test_a_child_draws_what_the_hall_would_and_says_what_it_cannot_set() -> None:
    child = Child("test drawer", WORK)
    drawer = Drawer(WORDS, child.ask)
    drawer.start()
    try:
        for one in (job(), job(copy_of=3)):
            assert drawer.draw(one, PAPERS[48], AT) == drawer.draw_here(one, PAPERS[48], AT)
        with pytest.raises(WorkFailed, match="number"):
            drawer.draw(job(slip().to_json() | {"number": "many"}), PAPERS[48], AT)
    finally:
        drawer.stop()
        child.stop()
    assert drawer.draw(job(), PAPERS[48], AT)


def test_a_paper_at_which_a_good_process_dies_comes_out_in_letters() -> None:
    drawer = Drawer(WORDS, Dying(papers=1))
    drawer.start()
    drawn, lettered = (drawer.draw(job(), PAPERS[48], AT) for _ in range(2))
    assert RASTER in drawn
    assert RASTER not in lettered
    assert slip().follow_url.encode() in lettered


def test_a_process_that_cannot_begin_costs_a_paper_nothing() -> None:
    drawer = Drawer(WORDS, Dying(papers=0))
    drawer.start()
    assert drawer.draw(job(), PAPERS[48], AT) == drawer.draw_here(job(), PAPERS[48], AT)
