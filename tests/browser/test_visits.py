"""A visitor who leaves costs nothing: memory and workers of the server after many visits with uploads."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks import _visits
from core.workers import protected
from tests.browser.serving import served
from tests.pages import made

ROOT = Path(__file__).resolve().parents[2]
FORGET = 1
"""Seconds for which this server keeps a session that may come back, in place of Streamlit's two minutes."""
PLAIN = (
    *("--server.enableXsrfProtection", "false", "--server.enableCORS", "false"),
    *("--server.disconnectedSessionTTL", str(FORGET)),
)
VISITS, ROWS = 16, 40_000
pytestmark = pytest.mark.skipif(
    not (Path("/proc/self/status").exists() and protected()), reason="memory is read from /proc, workers need a lock"
)


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[int, int]]:
    """Process and port of a server of its own, without the cross-site token that only a browser has."""
    with served(*PLAIN) as found:
        yield found


def megabytes(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def workers(pid: int) -> int:
    """Processes that descend from the server, the launcher that forks them among them."""
    parents = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                text = Path(f"/proc/{entry}/stat").read_text(encoding="utf-8", errors="replace")
            except OSError:
                continue  # it ended while we looked
            state, parent = text.rsplit(")", 1)[1].split()[:2]
            if state != "Z":
                parents[int(entry)] = int(parent)
    found = {pid}
    for _ in range(6):
        found |= {child for child, parent in parents.items() if parent in found}
    return len(found) - 1


def visit(port: int, number: int) -> float:
    """Come, bring a table and a model, look at what was understood, leave; the megabytes that were brought."""
    frame = made.harvest(ROWS, seed=number)
    table = frame.drop(columns="tonnes").assign(noise=np.random.default_rng(number).random(ROWS))
    text = pd.DataFrame(table).to_csv(index=False).encode()
    model = made.as_pickle(made.pipeline(frame.head(400), "yield"))
    came = _visits.opened(port, place="load")
    address = f"http://127.0.0.1:{port}"
    came.upload("upload_table", f"{number}.csv", text, address)
    came.upload("upload_model", f"{number}.pkl", model, address)
    for _ in range(20):
        if any("fit together" in words for words in came.words):
            break
        came.ask()
    assert came.faults == []
    assert any("fit together" in words for words in came.words), (number, came.words)
    came.socket.close()
    return (len(text) + len(model) + int(table.memory_usage(deep=False).sum())) / 2**20


def somebody(port: int) -> None:
    """Sessions that are over are let go when anybody comes."""
    _visits.opened(port).socket.close()
    time.sleep(0.5)


def test_visits_with_uploads_leave_nothing_behind(server: tuple[int, int]) -> None:
    pid, port = server
    for number in range(5):  # what is built once: libraries, the first worker, the allocator's own reserve
        visit(port, number)
    time.sleep(FORGET + 0.5)
    somebody(port)
    before, lived = megabytes(pid), workers(pid)
    brought = sum(visit(port, number) for number in range(5, VISITS))
    held = megabytes(pid)
    time.sleep(FORGET + 0.5)
    somebody(port)
    deadline = time.monotonic() + 60
    while workers(pid) > lived and time.monotonic() < deadline:
        time.sleep(0.2)
    after = megabytes(pid)
    told = f"{brought:.0f} MB brought; memory {before:.0f} MB, {held:.0f} at the last visit, {after:.0f} after; workers {lived}, {workers(pid)}"
    assert workers(pid) <= lived, told
    assert after - before <= 0.4 * brought, told
