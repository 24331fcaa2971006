"""How much memory this process holds."""

from __future__ import annotations

import sys
from pathlib import Path


def resident() -> int | None:
    """Resident memory in bytes: now where the system tells it, else the most so far; None where neither is known."""
    if sys.platform == "win32":
        return None
    import resource

    status = Path("/proc/self/statm")
    if status.exists():
        return int(status.read_text(encoding="ascii").split()[1]) * resource.getpagesize()
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
