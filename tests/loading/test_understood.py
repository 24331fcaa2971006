"""What was understood: the facts of a closed-form model, and of real ones."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression

from core.loading import understood as module
from core.loading.frames import from_frame
from core.loading.match import match
from core.loading.understood import understood
from core.models import wrap


def test_regression_in_closed_form() -> None:
    frame = pd.DataFrame({"x": [0.0, 1.0, 2.0, 3.0], "y": [1.0, 3.0, 5.0, 7.0]})
    model = wrap(LinearRegression().fit(frame[["x"]], frame["y"]))
    found = match(model, from_frame(frame.assign(y=[1.0, 3.0, 5.0, 9.0])))
    said = understood(found.model, found.table)
    assert (said.rows, said.columns, said.target, said.task) == (4, 1, "y", "regression")
    assert (said.classes, said.output, said.accuracy, said.used) == ((), "", None, 4)
    assert (said.predictions.low, said.predictions.mean, said.predictions.high) == pytest.approx((1, 4, 7))
    assert said.residuals is not None
    assert (said.residuals.low, said.residuals.mean, said.residuals.high) == pytest.approx((0, 0.5, 2), abs=1e-12)


def test_classes_against_the_library() -> None:
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"x": rng.normal(size=80), "z": rng.normal(size=80)})
    truth = np.where(frame["x"] + rng.normal(size=80) > 0, "yes", "no")
    estimator = LogisticRegression().fit(frame, truth)
    found = match(wrap(estimator), from_frame(frame.assign(target=truth)))
    said = understood(found.model, found.table)
    chance = estimator.predict_proba(frame)[:, 1]
    assert (said.output, said.function) == ("yes", "predict_proba")
    assert said.accuracy == pytest.approx(estimator.score(frame, truth))
    assert said.predictions.mean == pytest.approx(chance.mean())
    assert said.residuals is not None
    assert said.residuals.mean == pytest.approx(((truth == "yes") - chance).mean())


def test_without_truth_there_are_no_residuals() -> None:
    frame = pd.DataFrame({"x": [0.0, 1.0, 2.0]})
    said = understood(wrap(LinearRegression().fit(frame, [0.0, 1.0, 2.0])), from_frame(frame))
    assert said.residuals is None
    assert said.accuracy is None


def test_a_long_table_is_sampled_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SAMPLE", 50)
    frame = pd.DataFrame({"x": np.arange(400.0)})
    table, model = from_frame(frame), wrap(LinearRegression().fit(frame, frame["x"]))
    said = understood(model, table)
    assert (said.rows, said.used) == (400, 50)
    assert understood(model, table) == said
    known = understood(model, table, model.predict(frame))
    assert (known.used, known.predictions.high) == (400, pytest.approx(399))
