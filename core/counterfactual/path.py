"""The way to a nudge: the prediction as its changes are made one at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.counterfactual.constraints import Constraints
from core.types import Array


@dataclass(frozen=True, slots=True)
class Way:
    """The order of a row's changes and what the model says on the way.

    Attributes
    ----------
    order : tuple of int, length n_changes
        Positions of the features, the change that leads furthest first; tied features stand together.
    outputs : tuple of float, length n_changes + 1
        From the instance's own output to the nudge's; features that change together share one.
    """

    order: tuple[int, ...]
    outputs: tuple[float, ...]


def ways(constraints: Constraints, predict: Callable[[Array], Array], rows: Array, own: float) -> list[Way]:
    """Make the changes of several rows one at a time, at each step the one that leads furthest.

    Parameters
    ----------
    predict : callable
        Coded rows to the output that is followed, shape (n_rows,); called once for each step of the longest way.
    rows : ndarray, shape (n_rows, p)
        Nudges, coded.
    own : float
        The instance's output.
    """
    upwards = predict(rows) >= own
    current = np.repeat(constraints.origin[None, :], len(rows), axis=0)
    left = [_groups(constraints, row) for row in rows]
    made = [Way((), (own,)) for _ in rows]
    while any(left):
        tries = [(slot, group) for slot, groups in enumerate(left) for group in groups]
        tried = np.array([_with(current[slot], rows[slot], group) for slot, group in tries])
        outputs = predict(tried)
        for slot in {slot for slot, _ in tries}:
            mine = [place for place, (owner, _) in enumerate(tries) if owner == slot]
            signs = outputs[mine] if upwards[slot] else -outputs[mine]
            best = mine[int(np.argmax(signs))]
            group = tries[best][1]
            current[slot] = tried[best]
            left[slot].remove(group)
            said = (float(outputs[best]),) * len(group)
            made[slot] = Way(made[slot].order + group, made[slot].outputs + said)
    return made


def _with(current: Array, goal: Array, group: tuple[int, ...]) -> Array:
    """A row with one more change made."""
    row = current.copy()
    row[list(group)] = goal[list(group)]
    return row


def _groups(constraints: Constraints, row: Array) -> list[tuple[int, ...]]:
    """The changed features, those that are tied together."""
    changed = [int(place) for place in np.flatnonzero(constraints.changed(row[None, :])[0])]
    tied = {place: group for group in constraints.ties for place in group}
    groups = [tuple(other for other in tied.get(place, (place,)) if other in changed) for place in changed]
    return list(dict.fromkeys(groups))
