"""Boosting of older scikit-learn, whose losses were of kinds of their own: today's have the same links and answers."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.loading.unpickle.inert import Refused, Stub

_NAMES = {
    **{"deviance": "log_loss", "ls": "squared_error", "lad": "absolute_error"},
    **{"least_squares": "squared_error", "least_absolute_deviation": "absolute_error"},
    **dict.fromkeys(("binary_crossentropy", "categorical_crossentropy"), "log_loss"),
}


def renew(model: Any) -> None:
    """Give boosting a loss of today where an older version's own stands."""
    own = vars(model)
    if not isinstance(own.get("_loss", own.get("loss_")), Stub):
        return
    if isinstance(own.get("estimators_"), np.ndarray):  # gradient boosting before 1.4
        own["n_trees_per_iteration_"] = own["estimators_"].shape[1]
        own.pop("loss_", None)
    elif "_predictors" in own:
        _first_guesses(model)
    else:
        return
    own["loss"] = _NAMES.get(own.get("loss"), own.get("loss"))
    own["_loss"] = model._get_loss(sample_weight=None)


def _first_guesses(model: Any) -> None:
    """Histogram boosting before 1.1 kept its first guesses as a column."""
    own = vars(model)
    start, count = np.asarray(own.get("_baseline_prediction")), own.get("n_trees_per_iteration_")
    if start.dtype.kind != "f" or type(count) is not int or start.size != count:
        raise Refused(f"the first guesses of its {type(model).__name__} do not fit its trees")
    own["_baseline_prediction"] = start.reshape(1, -1)
