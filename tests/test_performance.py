from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from core import engine
from core.loading.frames import derive
from core.performance import binary_curves, binary_scores, class_scores, confusion, regression_curves, regression_scores
from core.results import Score, Scores
from core.views import view
from tests.contract_cases import case


@settings(max_examples=20)
@given(st.integers(0, 10_000), st.integers(5, 80), st.floats(0, 1))
def test_binary_scores_equal_scikit_learn(seed: int, count: int, cutoff: float) -> None:
    random = np.random.default_rng(seed)
    chance = random.random(count).round(2)
    positive = np.concatenate([[True, False], random.random(count - 2) < 0.4])
    yes = chance >= cutoff
    found = {score.name: score.value for score in binary_scores(chance, positive, cutoff)}
    assert found["recall"] == pytest.approx(metrics.recall_score(positive, yes, zero_division=0))
    assert found["precision"] == pytest.approx(metrics.precision_score(positive, yes, zero_division=0))
    assert found["f1"] == pytest.approx(metrics.f1_score(positive, yes, zero_division=0))
    assert found["accuracy"] == pytest.approx(metrics.accuracy_score(positive, yes))
    assert found["auc"] == pytest.approx(metrics.roc_auc_score(positive, chance))
    assert found["brier"] == pytest.approx(metrics.brier_score_loss(positive, chance))


def test_the_cutoff_moves_recall_and_precision_but_not_the_auc() -> None:
    random = np.random.default_rng(0)
    chance, positive = random.random(200), random.random(200) < 0.5
    low, high = (
        {score.name: score.value for score in binary_scores(chance, positive, cutoff)} for cutoff in (0.2, 0.8)
    )
    assert low["recall"] > high["recall"]
    assert low["auc"] == high["auc"]


@settings(max_examples=15)
@given(st.integers(0, 10_000), st.integers(3, 5))
def test_scores_of_several_classes_equal_scikit_learn(seed: int, classes: int) -> None:
    random = np.random.default_rng(seed)
    said = random.dirichlet(np.ones(classes), size=40)
    known = np.concatenate([np.arange(classes), random.integers(0, classes, 40 - classes)])
    found = {score.name: score.value for score in class_scores(said, known)}
    chosen = said.argmax(axis=1)
    assert found["recall"] == pytest.approx(metrics.recall_score(known, chosen, average="macro", zero_division=0))
    assert found["auc"] == pytest.approx(metrics.roc_auc_score(known, said, multi_class="ovr"))
    assert found["cross-entropy"] == pytest.approx(metrics.log_loss(known, said))
    assert confusion(chosen, known, classes) == pytest.approx(
        metrics.confusion_matrix(known, chosen, labels=range(classes))
    )


@given(st.integers(0, 10_000), st.integers(3, 300))
def test_regression_scores_equal_scikit_learn(seed: int, count: int) -> None:
    random = np.random.default_rng(seed)
    said, known = random.normal(size=count), random.normal(size=count)
    found = {score.name: score.value for score in regression_scores(said, known)}
    assert found["mse"] == pytest.approx(metrics.mean_squared_error(known, said))
    assert found["rmse"] == pytest.approx(found["mse"] ** 0.5)
    assert found["mae"] == pytest.approx(metrics.mean_absolute_error(known, said))
    assert found["mad"] == pytest.approx(metrics.median_absolute_error(known, said))
    assert found["r2"] == pytest.approx(metrics.r2_score(known, said))


def test_curves_follow_their_definitions() -> None:
    random = np.random.default_rng(3)
    chance, positive = random.random(2000), random.random(2000) < 0.3
    curves = {curve.id: curve for curve in binary_curves(chance, positive, "yes")}
    assert all(len(curve.x) <= 200 for curve in curves.values())
    area = float(np.trapezoid(curves["roc"].y, curves["roc"].x))
    assert area == pytest.approx(metrics.roc_auc_score(positive, chance), abs=0.01)
    order = np.argsort(-chance, kind="stable")
    tenth = positive[order][:200].mean() / positive.mean()
    assert np.interp(0.1, curves["lift"].x, curves["lift"].y) == pytest.approx(tenth, rel=0.05)
    assert curves["lift"].y[-1] == pytest.approx(1)
    assert len(curves["calibration"].x) == 10


def test_a_perfectly_calibrated_model_lies_on_the_diagonal() -> None:
    random = np.random.default_rng(5)
    chance = random.random(200_000)
    calibration = next(
        curve for curve in binary_curves(chance, random.random(200_000) < chance, "x") if curve.id == "calibration"
    )
    assert calibration.y == pytest.approx(calibration.x, abs=0.02)


def test_one_class_alone_has_no_curves() -> None:
    assert binary_curves(np.array([0.2, 0.4]), np.array([True, True]), "yes") == ()
    found = {score.name: score.value for score in binary_scores(np.array([0.2, 0.6]), np.array([True, True]), 0.5)}
    assert np.isnan(found["auc"])
    assert found["recall"] == 0.5


def test_the_regression_error_curve_counts_rows() -> None:
    said, known = np.array([1.0, 2, 3, 4]), np.array([1.0, 2.5, 5, 4])
    curves = {curve.id: curve for curve in regression_curves(said, known)}
    assert curves["rec"].x.tolist() == [0, 0, 0, 0.5, 2]
    assert curves["rec"].y.tolist() == [0, 0.25, 0.5, 0.75, 1]
    assert curves["residuals"].x.tolist() == [0, 0, 0.5, 2]


def named(scores: tuple[Score, ...]) -> dict[str, float]:
    return {score.name: score.value for score in scores}


@settings(max_examples=20)
@given(st.integers(0, 10_000), st.integers(5, 80), st.floats(0, 1))
def test_weighted_binary_scores_equal_scikit_learn(seed: int, count: int, cutoff: float) -> None:
    random = np.random.default_rng(seed)
    chance = random.random(count).round(2)
    positive = np.concatenate([[True, False], random.random(count - 2) < 0.4])
    own = random.gamma(1, size=count) + 1e-3
    yes, given_ = chance >= cutoff, {"sample_weight": own}
    found = named(binary_scores(chance, positive, cutoff, own))
    assert found["recall"] == pytest.approx(metrics.recall_score(positive, yes, zero_division=0, **given_))
    assert found["precision"] == pytest.approx(metrics.precision_score(positive, yes, zero_division=0, **given_))
    assert found["f1"] == pytest.approx(metrics.f1_score(positive, yes, zero_division=0, **given_))
    assert found["accuracy"] == pytest.approx(metrics.accuracy_score(positive, yes, **given_))
    assert found["auc"] == pytest.approx(metrics.roc_auc_score(positive, chance, **given_))
    assert found["brier"] == pytest.approx(metrics.brier_score_loss(positive, chance, **given_))


@given(st.integers(0, 10_000), st.integers(3, 300))
def test_weighted_regression_scores_equal_scikit_learn(seed: int, count: int) -> None:
    random = np.random.default_rng(seed)
    said, known, own = random.normal(size=count), random.normal(size=count), random.gamma(1, size=count) + 1e-3
    found = named(regression_scores(said, known, own))
    assert found["mse"] == pytest.approx(metrics.mean_squared_error(known, said, sample_weight=own))
    assert found["mae"] == pytest.approx(metrics.mean_absolute_error(known, said, sample_weight=own))
    assert found["mad"] == pytest.approx(metrics.median_absolute_error(known, said, sample_weight=own))
    assert found["r2"] == pytest.approx(metrics.r2_score(known, said, sample_weight=own))


@settings(max_examples=15)
@given(st.integers(0, 10_000), st.integers(3, 5), st.floats(0.01, 100))
def test_whole_weights_score_as_repeated_rows_in_any_unit(seed: int, classes: int, unit: float) -> None:
    random = np.random.default_rng(seed)
    said = random.dirichlet(np.ones(classes), size=40)
    known = np.concatenate([np.arange(classes), random.integers(0, classes, 40 - classes)])
    times = random.integers(1, 4, 40)
    many, truth, own = np.repeat(said, times, axis=0), np.repeat(known, times), times * unit
    assert named(class_scores(said, known, own)) == pytest.approx(named(class_scores(many, truth)))
    assert named(binary_scores(said[:, 1], known == 1, 0.3, own)) == pytest.approx(
        named(binary_scores(many[:, 1], truth == 1, 0.3))
    )
    assert named(regression_scores(said[:, 0], 1.0 * known, own)) == pytest.approx(
        named(regression_scores(many[:, 0], 1.0 * truth))
    )


def test_weighted_curves_are_those_of_repeated_rows() -> None:
    random = np.random.default_rng(4)
    times = np.tile([1, 2, 3, 4], 15)
    chance, positive = random.permutation(60) / 60, random.random(60) < 0.4
    own = {curve.id: curve for curve in binary_curves(chance, positive, "yes", times * 0.1)}
    repeated = {curve.id: curve for curve in binary_curves(np.repeat(chance, times), np.repeat(positive, times), "yes")}
    assert np.repeat(positive, times).size == 150, "whole bins, so that both calibrations mean the same"
    assert own["calibration"].x == pytest.approx(repeated["calibration"].x)
    assert own["calibration"].y == pytest.approx(repeated["calibration"].y)
    for id, grid in (("roc", np.linspace(0.01, 0.99, 31)), ("lift", own["lift"].x)):
        mine, theirs = (np.interp(grid, curves[id].x, curves[id].y) for curves in (own, repeated))
        assert mine == pytest.approx(theirs), id
    area = -np.trapezoid(own["precision"].y, own["precision"].x)
    assert area == pytest.approx(-np.trapezoid(repeated["precision"].y, repeated["precision"].x), abs=0.02)


def test_weighted_curves_of_numbers_are_those_of_repeated_rows() -> None:
    random = np.random.default_rng(5)
    said, known, times = random.normal(size=30), random.normal(size=30), random.integers(1, 4, 30)
    own = {curve.id: curve for curve in regression_curves(said, known, times * 7.0)}
    repeated = {curve.id: curve for curve in regression_curves(np.repeat(said, times), np.repeat(known, times))}
    for x, y in zip(own["rec"].x, own["rec"].y, strict=True):
        assert y == pytest.approx(repeated["rec"].y[np.isclose(repeated["rec"].x, x)].max())
    for x, y in zip(own["residuals"].x, own["residuals"].y, strict=True):
        assert y == pytest.approx(repeated["residuals"].y[np.isclose(repeated["residuals"].x, x)].mean())


@pytest.mark.parametrize("name", ["pipeline with text levels", "lightgbm, three classes", "random forest, regression"])
def test_the_method_scores_weighted_rows_as_repeated_ones(name: str) -> None:
    model, table = case(name)
    times = np.arange(len(table)) % 4
    held, scaled = (
        engine.explain("performance", model, derive(table, table.frame.assign(w=weights), table.schema, weights="w"))
        for weights in (times, times * 0.3)
    )
    many = table.frame.loc[table.frame.index.repeat(times)].reset_index(drop=True)
    repeated = engine.explain("performance", model, derive(table, many, table.schema))
    assert isinstance(held, Scores)
    assert isinstance(scaled, Scores)
    assert isinstance(repeated, Scores)
    assert named(held.scores) == pytest.approx(named(repeated.scores), nan_ok=True)
    assert named(held.scores) == pytest.approx(named(scaled.scores), nan_ok=True)
    assert held.rows == int((times > 0).sum()), "rows of weight 0 are not scored"
    if held.confusion is not None:
        assert held.confusion.sum() == held.rows, "the table of right and wrong counts rows"
    worth = next(check for check in held.checks if check.name == "weights")
    assert worth.value == pytest.approx(times.sum() ** 2 / (times**2).sum())
    assert "weighted by 'w'" in worth.text
    assert ", weighted, the model" in view(held).sentence
    assert "weighted" not in view(repeated).sentence


def test_few_heavy_rows_are_told_as_few() -> None:
    model, table = case("random forest, regression")
    weights = np.where(np.arange(len(table)) < 4, 1e6, 1.0)
    held = derive(table, table.frame.assign(w=weights), table.schema, weights="w")
    size = next(check for check in engine.explain("performance", model, held).checks if check.name == "rows")
    assert not size.passed
    assert size.value == len(table)


@pytest.mark.parametrize("weighted", [False, True])
def test_lift_and_calibration_do_not_depend_on_the_order_of_equal_probabilities(weighted: bool) -> None:
    """Tables often stand sorted by the truth: a model that says one number for all then seemed to rank perfectly."""
    random = np.random.default_rng(3)
    chance = random.choice([0.1, 0.4, 0.7], 90)
    positive = np.sort(random.random(90) < chance)[::-1]
    weights = random.random(90) + 0.5 if weighted else None
    turned = {curve.id: curve for curve in binary_curves(chance[::-1], positive[::-1], "yes", _turned(weights))}
    for curve in binary_curves(chance, positive, "yes", weights):
        places = [0.2, 0.5, 0.9]
        other = turned[curve.id]
        assert np.interp(places, curve.x, curve.y) == pytest.approx(
            np.interp(places, other.x, other.y), abs=1e-3
        )  # between rows a line
    flat = {curve.id: curve for curve in binary_curves(np.full(90, 0.3), positive, "yes", weights)}
    assert flat["lift"].y == pytest.approx(np.ones(90))
    assert flat["calibration"].y == pytest.approx(np.full(10, np.average(positive, weights=weights)))


def _turned(weights: np.ndarray | None) -> np.ndarray | None:
    return None if weights is None else weights[::-1]
