"""Proposals on disk, a line per row, so that a long run goes on where it was ended. Imports nothing of the product."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Proposals = list[dict[str, Any]]


@dataclass(frozen=True)
class Store:
    """A folder with one file per data set, model and method.

    Attributes
    ----------
    ends : float
        On the clock of ``time.monotonic``: no row is begun after it.
    """

    folder: Path
    ends: float = float("inf")

    @property
    def late(self) -> bool:
        """True when this run has had its time."""
        return time.monotonic() >= self.ends

    @property
    def left(self) -> float | None:
        """Minutes that this run still has; None without an end."""
        return None if self.ends == float("inf") else max(0.0, self.ends - time.monotonic()) / 60

    def held(self, data: str, kind: str, method: str) -> dict[int, Proposals]:
        """What a method proposed so far, by row."""
        path = self._path(data, kind, method)
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        records = [json.loads(line) for line in lines]
        return {record["row"]: record["proposals"] for record in records}

    def fill(
        self, data: str, kind: str, method: str, rows: Iterable[int], propose: Callable[[int, int], Proposals]
    ) -> None:
        """Ask for the rows that are not held yet; each answer is kept before the next is asked for.

        Parameters
        ----------
        propose : callable
            Takes the place among ``rows`` and the row.
        """
        known = self.held(data, kind, method)
        for slot, row in enumerate(map(int, rows)):
            if self.late:
                return
            if row not in known:
                self.add(data, kind, method, row, propose(slot, row))

    def add(self, data: str, kind: str, method: str, row: int, proposals: Proposals) -> None:
        """Keep one answer."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._path(data, kind, method).open("a", encoding="utf-8") as file:
            file.write(json.dumps({"row": int(row), "proposals": proposals}, default=_plain) + "\n")

    def _path(self, data: str, kind: str, method: str) -> Path:
        """The file of one method in one cell."""
        words = "".join(sign if sign.isalnum() else "_" for sign in method)
        return self.folder / f"{data}.{kind}.{words}.jsonl"


def store(folder: Path, minutes: float | None = None) -> Store:
    """A store of a folder that takes answers for so many minutes."""
    return Store(folder, float("inf") if minutes is None else time.monotonic() + 60 * minutes)


def _plain(value: Any) -> Any:
    """A value of numpy as one of Python."""
    if hasattr(value, "item"):
        return value.item()
    raise TypeError(type(value).__name__)
