"""What coalitions of features are worth against a background, read from the trees: single ones, pairs, any given ones.

A leaf is reached by a background row with some features set to the instance's values when the instance passes those of
them that are asked on the way and the row passes the others. How many rows do is a count of bits (``LeafSets``), so a
coalition costs one look at each leaf, not one prediction a row. P. Biecek and T. Burzykowski, *Explanatory Model
Analysis*, chapter 7, 2021, doi:10.1201/9780429027192, for what Break Down asks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
import numpy.typing as npt

from core.registry import Job
from core.results import Check
from core.shapley.answer import background, pick
from core.shapley.leaf_sets import Ints, LeafSets, Words, leaf_sets, leaves_of
from core.shapley.trusted import trusted
from core.types import Array, Scale

Bools = npt.NDArray[np.bool_]
LEAVES, WORDS = 2_048, 1 << 19
"""Leaves at a time, and words of a set of each: some 25 such arrays are held at once."""
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

    def along(self, steps: Sequence[Sequence[int]]) -> Array:
        """Mean output over the background as features are set to the instance's values, step after step.

        Parameters
        ----------
        steps : sequence of sequence of int
            Features set in each step.

        Returns
        -------
        ndarray, shape (n_steps + 1,)
            Of no feature first.
        """
        never = len(steps)
        turn = np.full(len(self.sets.leaves.portable.features) + 1, never)
        for number, members in enumerate(steps):
            turn[list(members)] = number
        total = np.zeros(never + 1)
        for part in self._parts():
            when = turn[self.sets.leaves.player[part]]  # a slot without a player names the last one, never set
            order = np.argsort(when, axis=1, kind="stable")
            when = np.take_along_axis(when, order, axis=1).T
            ways = self._ways(np.take_along_axis(self.sets.leaves.edges[part], order, axis=1))
            passes = np.take_along_axis(self.passes[part], order, axis=1).T
            left = [_count(sets) for sets in accumulate(reversed(ways), np.bitwise_and, initial=self._everyone(part))]
            all_pass = list(accumulate(passes, np.logical_and, initial=np.ones(len(order), dtype=bool)))
            reached = np.stack(left[::-1]) * np.stack(all_pass)
            for number in range(never + 1):
                fixed = (when < number).sum(axis=0)
                total[number] += self.worth[part] @ reached[fixed, np.arange(len(fixed))]
        return np.asarray(self.base + total / len(self.sets.encoded))

    def single_and_pairs(self) -> tuple[float, Array, Array]:
        """Worth of nothing, what each feature adds alone, and what each pair adds beyond its two.

        Returns
        -------
        nothing : float
        single : ndarray, shape (n_features,)
        extra : ndarray, shape (n_features, n_features)
            In the upper triangle.
        """
        features = len(self.sets.leaves.portable.features)
        single, extra, nothing = np.zeros(features + 1), np.zeros((features + 1) ** 2), 0.0
        for part in self._parts():
            player, worth, passes = self.sets.leaves.player[part], self.worth[part], self.passes[part].T
            ways, everyone = self._ways(self.sets.leaves.edges[part]), self._everyone(part)
            before = list(accumulate(ways, np.bitwise_and, initial=everyone))
            after = list(accumulate(reversed(ways[1:]), np.bitwise_and, initial=everyone))[::-1]
            none = _count(before[-1])
            nothing += float(none @ worth)
            alone = [_count(before[slot] & after[slot]) * passes[slot] for slot in range(len(ways))]
            places, gains = [], []
            for slot in range(len(ways)):
                single += np.bincount(player[:, slot] % (features + 1), worth * (alone[slot] - none), features + 1)
                between = before[slot]
                for other in range(slot + 1, len(ways)):
                    both = _count(between & after[other]) * (passes[slot] & passes[other])
                    between = between & ways[other]
                    gains.append(worth * (both - alone[slot] - alone[other] + none))
                    places.append((slot, other))
            if places:
                first, second = (player[:, list(slots)].T % (features + 1) for slots in zip(*places, strict=True))
                cells = np.minimum(first, second) * (features + 1) + np.maximum(first, second)
                extra += np.bincount(cells.ravel(), np.concatenate(gains), len(extra))
        rows = len(self.sets.encoded)
        pairs = extra.reshape(features + 1, features + 1)[:features, :features] / rows
        return self.base + nothing / rows, single[:features] / rows, pairs

    def _parts(self) -> Iterator[slice]:
        """Leaves, as many at a time as stay in a processor's cache with all their sets, fewer of a large background."""
        step = max(1, min(LEAVES, WORDS // self.sets.passed.shape[1]))
        for at in range(0, len(self.worth), step):
            yield slice(at, at + step)

    def _ways(self, edges: Ints) -> list[Words]:
        """Rows that pass each slot, by word and leaf: words first, so that counting adds whole rows of numbers."""
        return [self.sets.passed.take(slot, axis=0).T.copy() for slot in edges.T]

    def _everyone(self, part: slice) -> Words:
        """All rows, by word and leaf."""
        return np.broadcast_to(self.sets.passed[-1][:, None], (self.sets.passed.shape[1], len(self.worth[part])))


def _count(sets: Words) -> Array:
    """How many rows each set holds, shape (n_leaves,)."""
    return np.asarray(np.bitwise_count(sets).sum(axis=0, dtype=np.float64))


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
