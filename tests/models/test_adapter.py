"""The form that every adapter's answer takes, whatever a library gives."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge

from core.errors import ComputeError, InputError, ModelError, NotApplicable
from core.models import rebind, wrap
from core.models.adapter import AdaptedModel, Facts, margins

FRAME = pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, 4.0]})


class Gives:
    """An engine that answers with what it was made with."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def predict(self, rows: Any) -> Any:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    margin = contributions = predict


def model(answer: Any, classes: tuple[str, ...] = (), scale: Any = "target") -> AdaptedModel:
    task = ("regression", "regression", "binary", "multiclass")[min(3, len(classes))]
    facts = Facts("test", "Thing", task, classes, ("a", "b"), True, scale)  # type: ignore[arg-type]
    return AdaptedModel("t", "f", facts, Gives(answer), None)


@pytest.mark.parametrize(
    "answer", [[1, 2], [[1], [2]], np.array([1, 2], dtype=np.float32), np.array([1, 2], dtype=bool), pd.Series([1, 2])]
)
def test_any_answer_becomes_a_column_of_floats(answer: Any) -> None:
    found = model(answer).predict(FRAME)
    assert found.shape == (2, 1)
    assert found.dtype == np.float64


@pytest.mark.parametrize("answer", [[1], [1, 2, 3], [[1, 2], [3, 4]], 1.0, np.zeros((2, 1, 1)), []])
def test_another_shape_is_refused_with_both(answer: Any) -> None:
    with pytest.raises(ModelError, match="form that does not fit") as caught:
        model(answer).predict(FRAME)
    assert "2 rows" in caught.value.why


def test_a_row_without_a_number_is_named() -> None:
    with pytest.raises(ModelError, match="no number for 1 of 2 rows") as caught:
        model([1.0, np.nan]).predict(FRAME)
    assert "row 1" in caught.value.why
    with pytest.raises(ModelError, match="2 of 2"):
        model([[np.inf, 0], [0, -np.inf]], ("x", "y")).predict(FRAME)


@pytest.mark.parametrize("columns", [["b", "a"], ["a"], ["a", "b", "c"], ["A", "b"]])
def test_columns_in_another_order_are_never_taken(columns: list[str]) -> None:
    frame = pd.DataFrame(1.0, index=[0, 1], columns=columns)
    with pytest.raises(InputError, match="not those of the model"):
        model([1, 2]).predict(frame)


def test_the_project_s_own_errors_pass_and_others_become_words() -> None:
    with pytest.raises(ComputeError, match="mine"):
        model(ComputeError("mine")).predict(FRAME)
    with pytest.raises(ModelError, match="RuntimeError: theirs"):
        model(RuntimeError("theirs")).predict(FRAME)


def test_a_scale_that_is_not_there_is_not_invented() -> None:
    with pytest.raises(NotApplicable, match="no additive scale"):
        model([1, 2], scale=None).margin(FRAME)
    assert model([1, 2]).margin(FRAME).shape == (2, 1)


def test_margins_are_one_or_one_per_class() -> None:
    assert margins(model(0).facts) == 1
    assert margins(model(0, ("a", "b")).facts) == 1
    assert margins(model(0, ("a", "b", "c")).facts) == 3


@pytest.mark.parametrize("names", [("a",), ("a", "b", "c"), ("a", "a"), ()])
def test_names_that_do_not_fit_are_refused(names: tuple[str, ...]) -> None:
    with pytest.raises(InputError, match="do not fit"):
        rebind(model([1, 2]), names)


def test_new_names_change_the_fingerprint_and_nothing_else() -> None:
    values = FRAME.to_numpy()
    old = wrap(LinearRegression().fit(values, [1.0, 2.0]))
    new = rebind(old, ("größe", "a"))
    assert (old.named, new.named) == (False, True)
    assert new.fingerprint not in (old.fingerprint, rebind(old, ("a", "größe")).fingerprint)
    assert rebind(old, ("größe", "a")).fingerprint == new.fingerprint
    np.testing.assert_array_equal(
        new.predict(FRAME.set_axis(["größe", "a"], axis=1)), old.predict(FRAME.set_axis(["x0", "x1"], axis=1))
    )


def test_levels_follow_new_names() -> None:
    facts = Facts("test", "Thing", "regression", (), ("x0", "x1"), False, "target", {"x1": ("p", "q")})
    named = rebind(AdaptedModel("t", "f", facts, Gives([1]), None), ("n", "city"))
    assert named.levels == {"city": ("p", "q")}


def test_the_portable_form_is_made_once() -> None:
    native = LogisticRegression().fit(FRAME, [0, 1])
    one = wrap(native)
    assert one.portable() is not None
    assert one.portable() is one.portable()


def test_one_row_one_column_and_no_row() -> None:
    frame = pd.DataFrame({"only": np.linspace(0, 1, 60)})
    one = wrap(HistGradientBoostingClassifier(max_iter=3).fit(frame, frame["only"] > 0.5))
    assert one.predict(frame.head(1)).shape == (1, 2)
    assert one.classes == ("False", "True")
    with pytest.raises(ModelError):  # scikit-learn takes no empty frame, and says so
        one.predict(frame.head(0))


@pytest.mark.parametrize("of", ["estimator", "function"])
def test_an_answer_with_imaginary_parts_is_refused_not_cut_to_its_real_part(of: str) -> None:
    frame = pd.DataFrame({"a": [1.0, 2.0, 4.0], "b": [0.0, 1.0, 0.0]})
    fitted = Ridge().fit(frame, [1.0, 2.0, 3.0])
    expected = fitted.predict(frame)
    for share, refused in ((0.0, False), (1.0, True)):
        turned = copy.deepcopy(fitted)
        turned.coef_ = fitted.coef_ + share * 1j
        turned.intercept_ = fitted.intercept_ + 0j
        model = wrap(turned) if of == "estimator" else wrap(turned.predict, features=["a", "b"], task="regression")
        if refused:
            with pytest.raises(ModelError, match="complex"):
                model.predict(frame)
        else:
            assert np.allclose(model.predict(frame)[:, 0], expected, rtol=1e-12)
