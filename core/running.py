"""One answer that is computed beside the page: better ones on the way, an end that can be asked for."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from core import cache, registry
from core.engine import explain, job_key
from core.errors import ComputeError, ExplorerError
from core.params import resolve
from core.registry import Progress, Watch
from core.results import Result

ABANDONED = 10.0
"""Seconds without a look after which nobody waits any more."""
AT_ONCE = 4
"""Answers that are computed at the same time; the others wait for their turn, or leave."""
MOST = 64
"""Answers on their way in all, those that wait included."""
_LOG = logging.getLogger("instance_explorer")
_TURN = threading.BoundedSemaphore(AT_ONCE)
_ALIVE: set[Running] = set()
_GUARD = threading.Lock()


@dataclass(slots=True, eq=False)
class Running:
    """A question on its way; begun by ``start``.

    Attributes
    ----------
    ask : callable
        Computes the answer; takes the progress.
    patience : float or None
        Seconds without a look after which nobody waits any more; None: ``ABANDONED``.
    turn : BoundedSemaphore or None
        What it waits for; None: for one of ``AT_ONCE`` places.
    latest : Result or None
        The best answer so far, at the end the result itself.
    error : ExplorerError or None
        Why there is none.
    stopped : bool
        Somebody asked for an early end.
    fraction, step : float, str
        How far it is.
    """

    ask: Callable[[Progress], Result]
    patience: float | None = None
    turn: threading.BoundedSemaphore | None = None
    latest: Result | None = None
    error: ExplorerError | None = None
    stopped: bool = False
    fraction: float = 0.0
    step: str = ""
    started: float = field(default_factory=time.monotonic)
    seen: float = field(default_factory=time.monotonic)
    over: threading.Event = field(default_factory=threading.Event)

    def start(self) -> Running:
        """Begin, in a thread of its own.

        Raises
        ------
        ComputeError
            If too many are on their way.
        """
        with _GUARD:
            if len(_ALIVE) >= MOST:
                raise ComputeError(
                    "Too many searches are under way.", f"{MOST} may be, of all visitors.", "Try again in a moment."
                )
            _ALIVE.add(self)
        threading.Thread(target=self._run, name="running answer", daemon=True).start()
        return self

    def look(self, seconds: float = 0.0) -> bool:
        """Wait so long at most; True when it is over. Who does not look for a while has left: the work then ends."""
        self.seen = time.monotonic()
        return self.over.wait(seconds)

    def stop(self) -> None:
        """Ask for an end with what is known."""
        self.stopped = True

    def enough(self) -> bool:
        """True when the work should come to an end."""
        if time.monotonic() - self.seen > (ABANDONED if self.patience is None else self.patience):
            self.stopped = True
        return self.stopped

    @property
    def seconds(self) -> float:
        """Time since the start."""
        return time.monotonic() - self.started

    def _step(self, fraction: float, step: str) -> None:
        self.fraction, self.step = fraction, step

    def _found(self, answer: Result) -> None:
        self.latest = answer

    def _run(self) -> None:
        """Compute; whatever goes wrong becomes words for the page."""
        turn, place = False, self.turn or _TURN
        try:
            while not turn and not self.enough():
                turn = place.acquire(timeout=0.1)
            self.latest = self.ask(Watch(self._step, self._found, self.enough))
        except ExplorerError as error:
            self.error = error
        except Exception:
            _LOG.exception("An answer beside the page failed")
            self.error = ComputeError("This answer could not be computed.", "Something unexpected happened.")
        finally:
            if turn:
                place.release()
            with _GUARD:
                _ALIVE.discard(self)
            self.over.set()


def begin(both: cache.Pair, method_id: str, row: int, output: int, params: Mapping[str, Any]) -> Running:
    """Begin one answer beside the page; one that is held is there at once. What was stopped early is not kept.

    Parameters are those of ``core.cache.explain``.
    """
    resolved = resolve(registry.get(method_id), params, both.table)
    held = cache.store(both.mine)
    key = job_key(registry.get(method_id), both.model, both.table, row, output, resolved)

    def ask(progress: Progress) -> Result:
        answer = explain(method_id, both.model, both.table, row, output=output, progress=progress, **resolved)
        if not running.stopped:
            held.keep("result", key, answer)
        return answer

    running = Running(ask, latest=held.find("result", key))
    if running.latest is not None:
        running.over.set()
        return running
    return running.start()
