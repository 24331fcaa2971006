"""The notebook's door: three lines to a better model."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.tree import DecisionTreeRegressor

import core
from core.errors import NotApplicable
from tests.contract_cases import numbers_frame


def test_three_lines_find_and_train_a_better_model() -> None:
    frame = numbers_frame()
    X, y = frame[list("abcde")], frame["y"]
    fitted = DecisionTreeRegressor(max_depth=1, random_state=0).fit(X, y)
    found = core.tune(fitted, core.table(frame, target="y"), way="grid", space="max_depth=1|4|6", folds=3)
    best = core.train(fitted, core.table(frame, target="y"), found.winner.params, left_out=[0, 1])
    by_hand = DecisionTreeRegressor(random_state=0, **found.winner.params).fit(X.iloc[2:], y.iloc[2:])
    assert np.allclose(best.predict(X)[:, 0], by_hand.predict(X))
    assert found.gain > 0
    assert found.original.params == {"max_depth": 1}
    assert core.explain("shap", best, core.table(frame, target="y"), row=3).checks


def test_a_function_is_told_that_it_cannot_be_trained() -> None:
    frame = numbers_frame()
    with pytest.raises(NotApplicable, match="holds what was learnt"):
        core.tune(core.model(lambda rows: rows["a"].to_numpy(), features=list("abcde"), task="regression"), frame)
