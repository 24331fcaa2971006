"""What is known of groups of features, computed and in words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.results import Check
from core.types import Array
from core.views import words


def close_check(together: Array, groups: Sequence[Sequence[int]], features: Sequence[str]) -> Check:
    """How many groups there are, how close their features are at least, and what of different groups is closest."""
    inner = [float(together[np.ix_(group, group)].min()) for group in groups if len(group) > 1]
    alone = sum(len(group) == 1 for group in groups)
    text = f"{len(features)} features in {len(groups)} groups, {alone} of a single feature."
    if inner:
        text += f" Within a group every two have an association of at least {words.number(min(inner), 2)}"
    owner = np.empty(len(features), dtype=np.int64)
    for at, group in enumerate(groups):
        owner[list(group)] = at
    apart = np.where(owner[:, None] == owner[None, :], -1.0, together)
    one, two = np.unravel_index(int(apart.argmax()), apart.shape)
    if apart[one, two] >= 0:
        names = [words.quoted(features[at], 40) for at in sorted((int(one), int(two)))]
        joined = "; the closest of different groups are" if inner else " The closest are"
        text += f"{joined} {words.listed(names)} ({words.number(float(apart[one, two]), 2)})"
    return Check("groups", None, min(inner, default=1.0), text if text.endswith(".") else f"{text}.")


def additivity_of_groups(
    nodes: Array, groups: Sequence[int], held: Sequence[Sequence[int]], names: Sequence[str]
) -> tuple[Check, ...]:
    """The group in which features cover for each other, or act together, most."""
    several = [at for at in groups if len(held[at]) > 1]
    if not several:
        return ()
    sums = {at: float(nodes[list(held[at])].sum()) for at in several}
    most = max(several, key=lambda at: abs(float(nodes[at]) - sums[at]))
    joint, single = float(nodes[most]), sums[most]
    reason = "they cover for each other" if joint > single else "part of what they do, they do alike"
    text = (
        f"{words.quoted(names[most], 80)}: shuffled together {words.number(joint, 3)}, one by one in sum "
        f"{words.number(single, 3)}: {reason}."
    )
    return (Check("together", None, joint - single, text),)
