"""Taking a number while eight phones reload one page without end, against taking it alone.

Both in one hall, in turns: some numbers with the readers, some without. What the readers are
answered with is counted, so that a fast no is not taken for a served page.
"""

from __future__ import annotations

import http.client
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from statistics import median

from typing_extensions import override

from benchmarks.measured_hall import OverHttp, application_in, furnish

READERS = 8
TURNS, TAKES = 6, 25
REST_S = 0.02
GOAL = 1.5
SERVICES = {"priority": False, "language": "id"}


class Reader(threading.Thread):
    """A phone that asks for the page again as soon as it has it."""

    def __init__(self, port: int, token: str, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self._port, self._token, self._stop_reading = port, token, stop
        self.answers: Counter[int] = Counter()

    @override
    def run(self) -> None:
        """Read until stopped."""
        line = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        while not self._stop_reading.is_set():
            line.request("GET", f"/t/{self._token}")
            answer = line.getresponse()
            answer.read()
            self.answers[answer.status] += 1
        line.close()


def takes_ms(application: OverHttp, service_id: int) -> tuple[list[float], str]:
    """Take some numbers; return how long each took, and the token of the last."""
    times, token = [], ""
    facts = SERVICES | {"services": [{"service_id": service_id}]}
    for _ in range(TAKES):
        time.sleep(REST_S)
        began_s = time.perf_counter()
        token = application.press("/kiosk/take", facts)["token"]
        times.append(1000 * (time.perf_counter() - began_s))
    return times, token


def main() -> None:
    """Measure in a temporary folder and print what was found."""
    with tempfile.TemporaryDirectory(prefix="balai-bench-") as folder:
        begun = application_in(Path(folder))
        keys = furnish(begun)
        begun.database.close()
        application = OverHttp(Path(folder), keys)
        alone: list[float] = []
        beside: list[float] = []
        answers: Counter[int] = Counter()
        try:
            _, token = takes_ms(application, keys.service_id)
            for _ in range(TURNS):
                alone += takes_ms(application, keys.service_id)[0]
                stop = threading.Event()
                readers = [Reader(application.port, token, stop) for _ in range(READERS)]
                for reader in readers:
                    reader.start()
                beside += takes_ms(application, keys.service_id)[0]
                stop.set()
                for reader in readers:
                    reader.join()
                    answers += reader.answers
        finally:
            application.close()
    ratio = median(beside) / median(alone)
    said = ", ".join(f"{count} × {status}" for status, count in sorted(answers.items()))
    print(f"take alone {median(alone):.1f} ms, beside {READERS} readers {median(beside):.1f} ms")
    print(f"the readers were answered {said}")
    verdict = "reached" if ratio <= GOAL else "missed"
    print(f"{ratio:.2f}× as long (goal ≤ {GOAL}: {verdict})")


if __name__ == "__main__":
    main()
