"""Fitted estimators that answer on the calling thread.

A thread pool costs a random forest 20 ms and more for a single row, and explanations ask in batches anyway. Histogram
boosting starts its threads anew for each tree and waits for the last of them: for few rows that gains nothing, and on a
machine with other work each tree may wait for a processor.
"""

from __future__ import annotations

import copy
from functools import partial
from typing import Any

FEW = 512
"""Rows that histogram boosting answers on one thread as fast as on two, with nothing else on the machine."""


def single_threaded(estimator: Any) -> Any:
    """Copy the shell of a fitted estimator with ``n_jobs=1``, sharing what it learned; the original stays."""
    if not hasattr(estimator, "__dict__"):
        return estimator
    changes = _changes(estimator)
    if not changes:
        return estimator
    shell = copy.copy(estimator)
    shell.__dict__.update(changes)
    return shell


def _changes(estimator: Any) -> dict[str, Any]:
    """Attributes that differ in the single-threaded copy; empty where nothing starts threads."""
    state = vars(estimator)
    changes: dict[str, Any] = {"n_jobs": 1} if state.get("n_jobs") not in (None, 1) else {}
    if type(estimator).__module__ == _BOOSTING and hasattr(estimator, "_raw_predict"):
        changes["_raw_predict"] = partial(_raw, estimator)
    for name in ("steps", "transformers_", "transformer_list"):
        parts = state.get(name)
        if isinstance(parts, list):
            copied = [(part[0], single_threaded(part[1]), *part[2:]) for part in parts]
            if any(new[1] is not old[1] for new, old in zip(copied, parts, strict=True)):
                changes[name] = copied
    for name in ("estimator_", "best_estimator_", "final_estimator_", "regressor_"):
        if name in state:
            inner = single_threaded(state[name])
            if inner is not state[name]:
                changes[name] = inner
    return changes


_BOOSTING = "sklearn.ensemble._hist_gradient_boosting.gradient_boosting"


def _raw(estimator: Any, rows: Any, n_threads: int | None = None) -> Any:
    """Scores of the boosted trees; each row's are summed in the order of the trees on however many threads."""
    return estimator._raw_predict(rows, n_threads=1 if n_threads is None and len(rows) <= FEW else n_threads)
