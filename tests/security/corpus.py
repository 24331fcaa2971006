"""All hostile model files: every module beside this one that makes some."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.security import (
    hostile_arrays,
    hostile_bombs,
    hostile_bounds,
    hostile_calls,
    hostile_depth,
    hostile_formats,
    hostile_fresh,
    hostile_inside,
    hostile_keras,
    hostile_lies,
    hostile_natives,
    hostile_parts,
    hostile_passed,
    hostile_picked,
    hostile_read,
    hostile_sizes,
    hostile_slow,
    hostile_state,
    hostile_turned,
)
from tests.security.hostile import Case

FAMILIES = (
    hostile_calls,
    hostile_inside,
    hostile_arrays,
    hostile_bombs,
    hostile_natives,
    hostile_keras,
    hostile_state,
    hostile_formats,
    hostile_parts,
    hostile_read,
    hostile_lies,
    hostile_depth,
    hostile_passed,
    hostile_picked,
    hostile_fresh,
    hostile_sizes,
    hostile_slow,
    hostile_turned,
    hostile_bounds,
)


def cases(marker: Path) -> Iterator[Case]:
    """All hostile files; ``marker`` is what a payload would create."""
    for family in FAMILIES:
        yield from family.cases(marker)
