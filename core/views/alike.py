"""Long names that begin and end alike: cut so that the part in which they differ is read first."""

from __future__ import annotations

from collections.abc import Sequence

_HEAD, _TAIL = 10, 9
"""Letters of either end of a name that the narrowest drawing still shows."""
_KEPT = 4
"""Letters of the common beginning that stay."""

PAIR = " × "
"""Between the names of features that act together, each of which is cut by itself."""


def told_apart(names: Sequence[str]) -> list[str]:
    """The names; of those that would read alike once their middle is cut, what they have in common is cut instead.

    Examples
    --------
    >>> told_apart(["pressure of sensor 1 at the inlet", "pressure of sensor 2 at the inlet", "age"])
    ['pres…1 at the inlet', 'pres…2 at the inlet', 'age']
    """
    ends: dict[tuple[str, str], list[str]] = {}
    for name in dict.fromkeys(names):
        if len(name) > _HEAD + _TAIL:
            ends.setdefault((name[:_HEAD], name[-_TAIL:]), []).append(name)
    cut: dict[str, str] = {}
    for group in ends.values():
        start = _word(group[0], _common(group)) if len(group) > 1 else 0
        if start > _KEPT + 1:
            cut |= {name: f"{name[:_KEPT]}…{name[start:]}" for name in group}
    return [cut.get(name, name) for name in names]


def _common(group: Sequence[str]) -> int:
    """How many letters names begin with alike."""
    first, last = min(group), max(group)
    return next((at for at, pair in enumerate(zip(first, last, strict=False)) if pair[0] != pair[1]), len(first))


def _word(name: str, place: int) -> int:
    """Where the word begins that holds a letter; the place itself where that word is long."""
    start = place
    while start > 0 and name[start - 1].isalnum():
        start -= 1
    return start if place - start <= _KEPT else place
