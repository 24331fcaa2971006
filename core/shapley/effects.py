"""What coalitions of features are worth against a background, read from the trees: single ones, pairs, any given ones.

A leaf is reached by a background row with some features set to the instance's values when the instance passes those of
them that are asked on the way and the row passes the others. How many rows do is a count of bits (``LeafSets``), so a
coalition costs one look at each leaf, not one prediction a row. P. Biecek and T. Burzykowski, *Explanatory Model
Analysis*, chapter 7, 2021, doi:10.1201/9780429027192, for what Break Down asks.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

import numpy as np
import numpy.typing as npt

from core.registry import Job
from core.results import Check
from core.shapley.answer import background, pick
from core.shapley.leaf_sets import LeafSets, Words, leaf_sets, leaves_of, sizes
from core.shapley.trusted import trusted
from core.types import Array, Scale

Bools = npt.NDArray[np.bool_]
PAYS, PAYS_SLOW = 100, 500
"""Pairs of features on the way to a leaf, per tree and coalition asked, up to which reading the trees is cheaper than
asking a booster; and than asking scikit-learn's forests."""


@dataclass(frozen=True, slots=True, eq=False)
class TreeGame:
    """An instance against a background, in the units of an ensemble's sum.

    Attributes
    ----------
    sets : LeafSets
        Of the background.
    passes : ndarray of bool, shape (n_leaves, most)
        The instance passes the feature in each slot of each leaf; True where there is none.
    worth : ndarray, shape (n_leaves,)
    base : float
        The ensemble's own.
    check : Check
        That the trees repeat the model.
    """

    sets: LeafSets
    passes: Bools
    worth: Array
    base: float
    check: Check

    def value(self, mask: Bools) -> float:
        """Mean output over the background with the features in ``mask`` (n_features,) set to the instance's."""
        known = self.sets.leaves
        inside = (known.player >= 0) & mask[known.player]
        reached = (self.passes | ~inside).all(axis=1)
        sets = np.repeat(self.sets.passed[-1:], int(reached.sum()), axis=0)
        for edges in np.where(inside, -1, known.edges)[reached].T:
            sets &= self.sets.passed[edges]
        return self.base + float(sizes(sets) @ self.worth[reached]) / len(self.sets.encoded)

    def single_and_pairs(self) -> tuple[float, Array, Array]:
        """Worth of nothing, what each feature adds alone, and what each pair adds beyond its two.

        Returns
        -------
        nothing : float
        single : ndarray, shape (n_features,)
        extra : ndarray, shape (n_features, n_features)
            In the upper triangle.
        """
        player, features = self.sets.leaves.player, len(self.sets.leaves.portable.features)
        most = player.shape[1]
        before, ways, after = self._conjunctions()
        nothing = self._share(before[-1])
        alone = [self._share(before[slot] & after[slot]) * self.passes[:, slot] for slot in range(most)]
        single, extra = np.zeros(features), np.zeros(features * features)
        for slot in range(most):
            held = player[:, slot] >= 0
            single += np.bincount(player[held, slot], (self.worth * (alone[slot] - nothing))[held], features)
            between = before[slot]
            for other in range(slot + 1, most):
                both = self._share(between & after[other]) * self.passes[:, slot] * self.passes[:, other]
                between = between & ways[other]
                gain = self.worth * (both - alone[slot] - alone[other] + nothing)
                held = player[:, other] >= 0
                low = np.minimum(player[held, slot], player[held, other])
                high = np.maximum(player[held, slot], player[held, other])
                extra += np.bincount(low * features + high, gain[held], features * features)
        return self.base + float(nothing @ self.worth), single, extra.reshape(features, features)

    def _conjunctions(self) -> tuple[list[Words], list[Words], list[Words]]:
        """Rows that pass the slots before each one (all of them last), each slot, and those after it; by word and leaf.

        Words come first, so that counting a set adds whole rows of numbers.
        """
        passed = np.ascontiguousarray(self.sets.passed.T)
        ways = [passed.take(edges, axis=1) for edges in self.sets.leaves.edges.T]
        everyone = np.broadcast_to(passed[:, -1:], (len(passed), len(self.worth)))
        before = list(accumulate(ways, np.bitwise_and, initial=everyone))
        after = list(accumulate(reversed(ways[1:]), np.bitwise_and, initial=everyone))[::-1]
        return before, ways, after

    def _share(self, sets: Words) -> Array:
        """Share of the background in each set, shape (n_leaves,)."""
        return np.asarray(np.bitwise_count(sets).sum(axis=0, dtype=np.float64) / len(self.sets.encoded))


def tree_game(job: Job, scale: Scale, coalitions: int) -> TreeGame | None:
    """The job's instance against its background.

    None where trees that repeat the model do not add up to ``scale``, or asking for so many coalitions is cheaper.
    """
    form = trusted(job)
    known = None if form is None or form.scale != scale else leaves_of(job.model)
    if form is None or known is None:
        return None
    pays = PAYS_SLOW if known.slow else PAYS
    if known.edges.size * known.edges.shape[1] > pays * coalitions * len(known.trees.roots):
        return None
    sets = leaf_sets(known, form.encode(background(job)))
    own = leaf_sets(known, form.encode_rows(job.table, [job.row]))
    passes = (own.passed[known.edges][:, :, 0] & np.uint64(1)) == 1
    worth, base = pick(known.worth, job), float(pick(known.trees.base, job))
    return TreeGame(sets, passes, np.ascontiguousarray(worth), base, form.check)
