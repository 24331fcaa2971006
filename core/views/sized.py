"""How much work an answer rests on: its rows, rounds and seed in words."""

from __future__ import annotations

from core.results import Distribution, Result
from core.views import words

COUNTS = {
    "rows": "rows",
    "background": "background rows",
    "rounds": "rounds",
    "folds": "folds",
    "draws": "draws",
    "paths": "orderings",
    "samples": "samples",
    "num_samples": "samples",
    "grid_points": "points along the feature",
}
"""Settings that say how much work an answer rests on, and what they count."""


def sized(result: Result) -> str:
    """How many rows and rounds were asked for, and the seed; empty where every row counts, and where nothing is drawn.

    Parameters
    ----------
    result : Result

    Returns
    -------
    str
        ``"At most 1,000 rows, 10 rounds; seed 0"``: a table may have fewer rows, and an exact way needs no samples.
    """
    origin = result.provenance
    if origin is None or isinstance(result, Distribution):
        return ""
    given = {name: origin.params.get(name) for name in COUNTS}
    named = [f"{count:,} {COUNTS[name]}" for name, count in given.items() if isinstance(count, int) and count > 0]
    seed = f"; seed {origin.seed}" if origin.seed is not None else ""
    only = str(origin.params.get("where", ""))
    where = f"; only rows where {words.short(only, 120)}" if only else ""
    return f"At most {', '.join(named)}{seed}{where}" if named else ""
