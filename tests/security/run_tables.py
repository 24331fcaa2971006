"""Put hostile tables through the door of the app: ``python -m tests.security.run_tables [PART OF A NAME]``.

A line a case: what became of it, seconds, and the megabytes that the app's process grew by at most and to stay. Exit 1
where one did not become what it should, took a minute, or grew the app beyond what its table may take.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from core.errors import ExplorerError
from core.loading import budgets
from core.loading.columns import shown
from core.loading.uploads import open_table_upload
from core.types import Table
from core.workers import close_all
from tests.security import hostile_books, hostile_cells, hostile_tables
from tests.security.hostile_tables import Case

SECONDS, GROWTH = 65.0, 50 << 20


def cases() -> Iterator[Case]:
    """The whole corpus."""
    yield from hostile_tables.cases()
    yield from hostile_books.cases()
    yield from hostile_cells.cases()


def memory(field: str) -> int:
    """Bytes of this process by a field of its status: ``VmRSS`` now, ``VmHWM`` at most since `forget`."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith(field))


def forget() -> int:
    """Count the most from now on; bytes held now."""
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return memory("VmRSS")


def wrong(case: Case, found: Table | ExplorerError) -> str:
    """What is not as it should be; empty where all is."""
    if isinstance(found, ExplorerError):
        words = f"{found.what} {found.why} {found.hint}"
        if case.loads:
            return f"refused: {words[:200]}"
        silent = not found.what or not found.hint or "Traceback" in words
        return "refused without a reason" if silent else ""
    if case.loads is False:
        return f"loaded: {found.frame.shape}"
    named = list(found.frame.columns)
    if len(set(named)) != len(named) or any(name != shown(name) or not name for name in named):
        return f"names that cannot be used: {named[:5]}"
    return "" if case.holds(found.frame) else f"holds something else: {found.frame.head(3).to_dict('list')}"[:300]


def tell(line: str) -> None:
    """Write a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main(part: str = "") -> int:
    """Run; the number of cases that are wrong."""
    open_table_upload(b"a,b\n1,2\n", "first.csv")
    faults = count = 0
    for case in (case for case in cases() if part in case.name):
        count += 1
        before, start = forget(), time.monotonic()
        try:
            found: Table | ExplorerError = open_table_upload(case.data, case.name)
        except ExplorerError as error:
            found = error
        seconds, most = time.monotonic() - start, memory("VmHWM") - before
        fault = wrong(case, found)
        if seconds > SECONDS:
            fault += " too slow"
        if most > max(GROWTH, 1.25 * min(budgets.held(len(case.data)), 8 * len(case.data))):
            fault += " too large"
        word = "refused" if isinstance(found, ExplorerError) else "loaded"
        said = f"{found.what} {found.why}" if isinstance(found, ExplorerError) else str(found.frame.shape)
        del found
        gc.collect()
        stays = (memory("VmRSS") - before) / 1e6
        sizes = f"{len(case.data) / 1e6:8.2f} MB {seconds:6.1f} s {most / 1e6:+7.1f} {stays:+7.1f}"
        tell(f"{case.name:40.40} {word:8}{sizes}  {fault and 'WRONG ' + fault}{' | ' + said[:110]}")
        faults += bool(fault)
    close_all()
    tell(f"{count} cases, {faults} wrong")
    return faults


if __name__ == "__main__":
    sys.exit(min(1, main(*sys.argv[1:2])))
