"""Fairness of models of numbers: regressions against scikit-learn, made groups with known answers, words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

import core
from core import export
from core.comparison import together
from core.errors import NotApplicable
from core.fairness import beyond_chance, judged, verdict
from core.fairness_regression import criteria, fitted
from core.results import Fairness
from core.views import view
from core.views.fairness import pictures
from tests.contract_cases import case


def drawn(shift: float, rows: int = 500, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Truth that is alike in both groups, and predictions that are ``shift`` lower for one."""
    random = np.random.default_rng(seed)
    first = random.random(rows) < 0.6
    known = random.normal(50, 10, rows)
    return known + random.normal(0, 4, rows) - shift * ~first, known, first


def ask(frame: pd.DataFrame, **params: object) -> Fairness:
    model = core.model(lambda rows: rows["said"].to_numpy(), features=("said",), task="regression")
    table = core.table(frame, target="known", **({"weights": "times"} if "times" in frame else {}))
    found = core.explain("fairness_regression", model, table, **{"protected": "group", **params})
    assert isinstance(found, Fairness)
    return found


def frame(shift: float = 5.0, rows: int = 500) -> pd.DataFrame:
    said, known, first = drawn(shift, rows)
    return pd.DataFrame({"said": said, "known": known, "group": np.where(first, "left", "right")})


@pytest.mark.parametrize("columns", [1, 2])
def test_the_regression_is_that_of_scikit_learn(columns: int) -> None:
    said, known, first = drawn(6.0)
    shape = np.column_stack([(said - 50) / 10, (known - 50) / 10])[:, :columns]
    weights = np.random.default_rng(1).random(len(said)) + 0.5
    theirs = LogisticRegression(tol=1e-12, max_iter=5_000).fit(shape, first, sample_weight=weights)
    mine = fitted(shape, first, weights)
    assert mine == pytest.approx([*theirs.intercept_, *theirs.coef_[0]], rel=1e-5)


def test_a_perfectly_separable_group_ends() -> None:
    first = np.arange(100) < 50
    found = criteria(np.where(first, 10.0, 0.0), np.linspace(0, 1, 100), first, rounds=5)
    assert np.isfinite(found).all()
    assert found[0, 0] > 1.25


def test_predictions_that_tell_the_group_at_equal_truth_are_out_of_bounds() -> None:
    fair, unfair = ask(frame(0.0)), ask(frame(12.0))
    assert verdict(fair) == "fair"
    assert verdict(unfair) == "not fair"
    at = unfair.measures.index("separation")
    assert beyond_chance(unfair)[1, at]
    assert abs(np.log(unfair.ratios[1, at])) > abs(np.log(fair.ratios[1, at]))
    assert "separation" in view(unfair).sentence
    assert "no proof" in view(fair).sentence


def test_means_of_groups_are_those_of_their_rows() -> None:
    table = frame()
    found = ask(table)
    for at, group in enumerate(found.groups):
        own = table[table["group"] == group]
        error = own["said"] - own["known"]
        wanted = [own["said"].mean(), error.mean(), error.abs().mean(), np.sqrt((error**2).mean())]
        assert found.scores[at, 3:] == pytest.approx(wanted)
        half = 1.959964 * error.std() / np.sqrt(len(own))
        assert (found.low[at, 4], found.high[at, 4]) == pytest.approx((wanted[1] - half, wanted[1] + half), rel=1e-3)
    assert found.ratios[1, found.measures.index("MAE")] == pytest.approx(found.scores[1, 5] / found.scores[0, 5])
    assert np.isnan(found.ratios[1, found.measures.index("mean error")])


def test_the_interval_holds_what_other_rows_of_the_kind_say() -> None:
    other = [criteria(*drawn(6.0, 500, seed), None)[:, 0] for seed in range(1, 41)]
    found = criteria(*drawn(6.0, 500, 0), None, 200, 3)
    held = [(found[:, 1] <= one) & (one <= found[:, 2]) for one in other]
    wide = np.log(np.array(other)).std(axis=0) * 2 * 1.96
    assert np.mean(held, axis=0).min() > 0.5
    assert np.log(found[:, 2] / found[:, 1]) == pytest.approx(wide, rel=0.5)


def test_weights_count_as_if_rows_were_repeated() -> None:
    table = frame(rows=200)
    times = np.random.default_rng(5).integers(1, 4, len(table))
    weighed = ask(table.assign(times=times), draws=0)
    again = ask(table.loc[table.index.repeat(times)], draws=0)
    assert weighed.scores == pytest.approx(again.scores, nan_ok=True)
    assert verdict(weighed) == verdict(again)


def test_weighted_criteria_are_those_of_weighted_regressions() -> None:
    said, known, first = drawn(4.0)
    weights = np.random.default_rng(2).random(len(said)) + 0.2
    own = weights / weights.mean()
    truth, prediction = (
        (values - np.average(values, weights=own))
        / np.sqrt(np.average((values - np.average(values, weights=own)) ** 2, weights=own))
        for values in (known, said)
    )
    odds = []
    for shape in (prediction[:, None], truth[:, None], np.column_stack([truth, prediction])):
        fit = LogisticRegression(tol=1e-12, max_iter=5_000).fit(shape, first, sample_weight=own)
        odds.append(np.exp(fit.decision_function(shape)))
    wanted = [
        own[~first].sum() / own[first].sum() * np.average(odds[0], weights=own),
        np.average(odds[2] / odds[1], weights=own),
        np.average(odds[2] / odds[0], weights=own),
    ]
    assert criteria(said, known, first, weights)[:, 0] == pytest.approx(wanted, rel=1e-5)
    assert criteria(said, known, first, weights * 7)[:, 0] == pytest.approx(wanted, rel=1e-5)


def test_predictions_that_do_not_vary_have_no_ratio() -> None:
    found = ask(frame().assign(said=3.0))
    assert not judged(found).any()
    assert verdict(found) == "none"
    assert any("do not vary" in check.text for check in found.checks)


def test_classes_are_led_to_their_own_check() -> None:
    with pytest.raises(NotApplicable, match="classes"):
        core.explain("fairness_regression", *case("k nearest neighbours"))


def test_every_picture_is_drawn_and_the_predictions_are_the_groups_own() -> None:
    one = ask(frame())
    both = together([one, ask(frame(), epsilon=0.9)], ["first", "second"])
    assert set(pictures(one)) == {"check", "scores", "stacked", "heat", "spread"}
    for picture in pictures(one):
        assert view(one, picture=picture).rows
        assert view(both, picture=picture).rows
        assert export.to_picture(one, "png", picture=picture, dpi=40).startswith(b"\x89PNG")
    table = frame()
    left = next(curve for curve in one.curves if curve.name == "left")
    assert left.x[50] == pytest.approx(table.loc[table["group"] == "left", "said"].median())
