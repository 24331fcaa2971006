"""CatBoost: its levels of truth values, numbers beyond its own, and sums of models."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.errors import ModelError
from core.loading.frames import from_frame
from core.loading.match import match
from core.loading.models import read_model
from core.models import wrap
from core.portable import evaluate
from tests.models.test_boosters import BINARY, FRAME, POSITIVE, SIGNAL, THREE, through_link

catboost = pytest.importorskip("catboost")
QUIET = {"iterations": 5, "verbose": 0, "allow_writing_files": False}


def test_truth_values_are_the_levels_that_catboost_makes_of_them() -> None:
    """True is 1 to CatBoost, in a column of its own type or among other cells; the words are other levels."""
    seen = np.array(["True", "1", "0", "x"] * 75)
    native = catboost.CatBoostRegressor(
        iterations=20, verbose=0, cat_features=["k"], one_hot_max_size=9, allow_writing_files=False
    ).fit(pd.DataFrame({"k": seen}), np.tile([1.0, 5, 3, 9], 75))
    model = wrap(native)
    for cells in (
        pd.Series([True, False]),
        pd.Series([True, False], dtype="boolean"),
        pd.Series([True, False]).astype("category"),
        pd.Series([1, True, "1", np.True_, "True", 0, False], dtype=object),
        pd.Series([True, 1, False, "x"], dtype=object),
    ):
        rows = pd.DataFrame({"k": cells})
        expected = native.predict(rows)
        np.testing.assert_array_equal(model.predict(rows)[:, 0], expected)
        np.testing.assert_allclose(evaluate(model.portable(), rows)[:, 0], expected, atol=1e-12)


@pytest.mark.parametrize("trained", ["truth values", "words", "digits"])
@pytest.mark.parametrize("largest", [1, 9])
def test_truth_values_of_a_table_are_given_as_catboost_learnt_them(trained: str, largest: int) -> None:
    """The file keeps hashes of levels only: whether a flag was read as text in training is told from those."""
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"a": rng.normal(size=200), "flag": rng.random(200) < 0.5})
    seen = {"truth values": frame, "words": frame.astype({"flag": str}), "digits": frame.astype({"flag": int})}[trained]
    native = catboost.CatBoostRegressor(
        iterations=10, verbose=0, cat_features=["flag"], one_hot_max_size=largest, allow_writing_files=False
    ).fit(seen, frame["a"] + 3 * frame["flag"])
    found = match(wrap(native), from_frame(frame, "t.csv"))
    given = found.table.frame[["a", "flag"]]
    np.testing.assert_array_equal(found.model.predict(given)[:, 0], native.predict(seen))
    np.testing.assert_allclose(evaluate(found.model.portable(), given)[:, 0], native.predict(seen), atol=1e-12)
    assert any("'flag' turned into text" in note for note in found.notes) == (trained == "words")


def test_numbers_beyond_float32_are_infinite_as_in_catboost() -> None:
    native = catboost.CatBoostRegressor(iterations=6, verbose=0, allow_writing_files=False).fit(FRAME, SIGNAL)
    far = FRAME.astype(float).head(3).copy()
    far.iloc[0] = 1e300
    far.iloc[1] = -1e300
    np.testing.assert_array_equal(wrap(native).predict(far)[:, 0], native.predict(far))


@pytest.mark.parametrize("loss", ["Logloss", "MultiClass", "Poisson", "Quantile:alpha=0.3", "two"])
def test_sums_of_models_keep_the_loss_that_they_share(loss: str, tmp_path: Any) -> None:
    target = {"Logloss": BINARY, "MultiClass": THREE}.get(loss, POSITIVE)
    losses = ["RMSE", "MAE"] if loss == "two" else [loss, loss]
    parts = [
        catboost.CatBoost({"loss_function": one, "random_seed": seed, **QUIET}).fit(FRAME, target)
        for seed, one in enumerate(losses)
    ]
    summed = catboost.sum_models(parts, weights=[0.25, 0.75])
    summed.save_model(str(tmp_path / "m.cbm"))
    model = read_model((tmp_path / "m.cbm").read_bytes(), "m.cbm")
    own = wrap(parts[0])
    assert (model.task, model.classes, model.margin_scale) == (own.task, own.classes, own.margin_scale)
    weighed = sum(weight * part.predict(FRAME) for weight, part in zip((0.25, 0.75), parts, strict=True))
    np.testing.assert_allclose(model.margin(FRAME).reshape(weighed.shape), weighed, atol=1e-12)
    np.testing.assert_allclose(through_link(model, FRAME), model.predict(FRAME), atol=1e-9)
    portable = model.portable()
    np.testing.assert_allclose(evaluate(portable, FRAME), model.predict(FRAME), atol=1e-12)


def test_a_sum_of_different_losses_has_no_probabilities() -> None:
    parts = [
        catboost.CatBoostClassifier(**QUIET).fit(FRAME, BINARY),
        catboost.CatBoostRegressor(**QUIET).fit(FRAME, SIGNAL),
    ]
    with pytest.raises(ModelError, match="different losses"):
        wrap(catboost.sum_models(parts))
