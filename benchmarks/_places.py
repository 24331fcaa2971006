"""How many places of a forest an exact interventional answer looks at, whatever the machine: counted, not timed."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.shapley.paths import Paths


def places(paths: Paths, instance: Any, background: Any) -> str:
    """Places looked at for one row: background row by background row as by shap, and with sets of rows as by ours.

    Parameters
    ----------
    paths : Paths
        At most 32 features.
    instance, background : ndarray, shapes (1, n_columns) and (n_background, n_columns)
    """
    together = (failures(paths, instance) & failures(paths, background)) == 0
    leaf = paths.trees.left < 0
    alone, ours = int(together.sum()), int(together.any(axis=1).sum())
    pairs, ends = int(together[leaf].sum()), int(together[leaf].any(axis=1).sum())
    return (
        f"{alone:,} places row by row ({pairs:,} of them leaves), {ours:,} with sets of rows ({ends:,} leaves), and "
        f"each of the {pairs:,} pairs of leaf and background row once: {alone / ours:.1f} x fewer places, "
        f"{alone / (ours + pairs):.1f} x fewer steps"
    )


def failures(paths: Paths, encoded: Any) -> Any:
    """Players that rows fail on the way to each node, as bits, shape (n_nodes, n_rows)."""
    trees = paths.trees
    left = trees.threshold[:, None] >= encoded.astype(np.float32)[:, trees.feature].T
    failed = np.zeros(left.shape, dtype=np.uint32)
    for level in paths.levels[1:]:
        above = paths.parent[level]
        passed = left[above] == paths.is_left[level][:, None]
        bit = np.uint32(1) << paths.player[level].astype(np.uint32)
        failed[level] = failed[above] | np.where(passed, np.uint32(0), bit[:, None])
    return failed
