"""What a person says about a model in the notebook: own functions, the class to explain, a label, true values."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression

import core
from core.errors import InputError, ModelError
from core.loading.understood import understood
from core.workspace import Workspace

FRAME = pd.DataFrame({"a": np.linspace(0, 5, 40), "b": np.tile([1.0, 2.0, 4.0, 8.0], 10)})
NUMBER = FRAME["a"] * 2 + FRAME["b"] ** 0.5
CLASS = np.where(FRAME["a"] > 2.5, "high", np.where(FRAME["b"] > 3, "mid", "low"))


def relative(model: Any, frame: pd.DataFrame, truth: Any) -> Any:
    """The error as a share of the truth."""
    return (truth - model.predict(frame)) / truth


def test_an_own_residual_function_is_used_wherever_residuals_are_told() -> None:
    line = LinearRegression().fit(FRAME, NUMBER)
    work = Workspace.of(core.model(line, residual_function=relative), core.table(FRAME, target=NUMBER.rename("price")))
    wanted = ((NUMBER - line.predict(FRAME)) / NUMBER).to_numpy()
    found = understood(work.model, work.table).residuals
    assert found is not None
    assert (found.low, found.mean, found.high) == pytest.approx((wanted.min(), wanted.mean(), wanted.max()))
    points = work.explain("residuals", feature="a")
    np.testing.assert_allclose(points.y, wanted[list(points.rows)], rtol=1e-12)
    assert "own function" in points.y_title


@pytest.mark.parametrize("given", [lambda *_: 1 / 0, lambda *_: [1.0], lambda _model, _frame, truth: truth * np.nan])
def test_a_residual_function_that_fails_is_told(given: Any) -> None:
    model = core.model(LinearRegression().fit(FRAME, NUMBER), residual_function=given)
    with pytest.raises(ModelError, match="residual function"):
        core.explain("residuals", model, core.table(FRAME, target=NUMBER.rename("price")))


def test_residual_functions_have_their_own_fingerprint() -> None:
    line = LinearRegression().fit(FRAME, NUMBER)
    assert core.model(line).fingerprint != core.model(line, residual_function=relative).fingerprint


@pytest.mark.parametrize("output", ["low", 1])
def test_the_class_to_explain_holds_until_a_question_names_another(output: Any) -> None:
    model = core.model(LogisticRegression(max_iter=500).fit(FRAME, CLASS), output=output, label="my model")
    assert model.name == "my model"
    assert model.classes == ("high", "low", "mid")
    for row in (0, 39):
        assert core.explain("lime", model, FRAME, row=row).label == "low"
        assert core.explain("lime", model, FRAME, row=row, output="high").label == "high"
    with pytest.raises(InputError, match="no class named 'none'"):
        core.model(LogisticRegression(max_iter=500).fit(FRAME, CLASS), output="none")


def test_the_class_to_explain_survives_naming_the_columns() -> None:
    model = core.model(LogisticRegression(max_iter=500).fit(FRAME.to_numpy(), CLASS), output="low")
    assert core.explain("shap", model, FRAME, row=0).label == "low"


@pytest.mark.parametrize("truth", [NUMBER.rename("price"), NUMBER.to_numpy(), NUMBER.tolist()])
def test_true_values_beside_the_frame(truth: Any) -> None:
    table = core.table(FRAME, target=truth)
    assert table.target == ("price" if isinstance(truth, pd.Series) else "target")
    assert table.truth(3) == NUMBER[3]
    assert table.schema.names == ("a", "b")
    assert "price" not in FRAME


def test_true_values_are_taken_by_position_as_scikit_learn_does() -> None:
    half = FRAME.iloc[20:]
    table = core.table(half, target=NUMBER.iloc[20:])
    assert table.truth(0) == NUMBER.iloc[20]
    array = core.table(FRAME.to_numpy(), target=NUMBER.to_numpy())
    assert array.schema.names == ("column 1", "column 2")


def test_true_values_that_do_not_fit_are_told() -> None:
    with pytest.raises(InputError, match="true values do not fit"):
        core.table(FRAME, target=NUMBER.iloc[:5])


def test_functions_need_the_object(tmp_path: Path) -> None:
    (tmp_path / "m.pkl").write_bytes(b"x")
    with pytest.raises(InputError, match="'residual_function' needs the fitted object"):
        core.model(tmp_path / "m.pkl", residual_function=relative)
