"""How much a worker may use, how many live, and how long: one value, read from the environment once."""

from __future__ import annotations

import os
from dataclasses import dataclass

_SMALL_SECONDS, _SECONDS_A_BYTE = 30.0, 0.5e-6


@dataclass(frozen=True, slots=True)
class Settings:
    """Limits of workers.

    Attributes
    ----------
    memory : int
        Bytes of resident memory per worker, libraries included.
    cpu_seconds : int
        Processor time of one worker's whole life.
    open_seconds, call_seconds, explain_seconds : float
        Longest wait for a file to load, a prediction, an explanation.
    alive : int
        Workers at the same time; the least recently used idle one is closed first.
    idle_seconds : float
        An idle worker is closed after so long; the next question starts it again.
    reply : int
        Bytes of one answer's head.
    landlock : bool
        False leaves Landlock out (for tests of the other layers).
    """

    memory: int = 1_536 << 20
    cpu_seconds: int = 3_600
    open_seconds: float = 60.0
    call_seconds: float = 60.0
    explain_seconds: float = 600.0
    alive: int = 8
    idle_seconds: float = 300.0
    reply: int = 16 << 20
    landlock: bool = True

    def opening(self, size: int) -> float:
        """Longest wait for a model file of so many bytes: one of a megabyte has no honest work for a minute."""
        return min(self.open_seconds, _SMALL_SECONDS + size * _SECONDS_A_BYTE)


def from_environment() -> Settings:
    """Settings with what ``INSTANCE_EXPLORER_WORKER_*`` says in place of the defaults."""
    given = os.environ.get
    base = Settings()
    return Settings(
        memory=int(given("INSTANCE_EXPLORER_WORKER_MB", base.memory >> 20)) << 20,
        alive=int(given("INSTANCE_EXPLORER_WORKERS", base.alive)),
        explain_seconds=float(given("INSTANCE_EXPLORER_WORKER_SECONDS", base.explain_seconds)),
        idle_seconds=float(given("INSTANCE_EXPLORER_WORKER_IDLE", base.idle_seconds)),
        landlock=given("INSTANCE_EXPLORER_LANDLOCK", "1") != "0",
    )
