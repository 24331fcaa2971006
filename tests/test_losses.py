from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    brier_score_loss,
    f1_score,
    get_scorer,
    log_loss,
    mean_absolute_error,
    mean_squared_error,
    median_absolute_error,
    precision_score,
    r2_score,
    recall_score,
    roc_auc_score,
    root_mean_squared_error,
)
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from core.errors import InputError
from core.losses import LOSS, LOSSES, SCORINGS, Loss, fitting, listed, loss_for, titled
from core.types import Array, Param


def macro_f1(known, said, own):
    return f1_score(known, said, average="macro", zero_division=0, sample_weight=own)


def against_rest(known, said, own):
    """By hand: scikit-learn takes two columns of chances for another question."""
    areas = [roc_auc_score(known == place, said[:, place], sample_weight=own) for place in range(said.shape[1])]
    return np.mean(areas)


ORACLES = {
    "rmse": lambda said, known, own: root_mean_squared_error(known, said[:, 0], sample_weight=own),
    "mse": lambda said, known, own: mean_squared_error(known, said[:, 0], sample_weight=own),
    "mae": lambda said, known, own: mean_absolute_error(known, said[:, 0], sample_weight=own),
    "median_error": lambda said, known, own: median_absolute_error(known, said[:, 0], sample_weight=own),
    "one_minus_r2": lambda said, known, own: 1 - r2_score(known, said[:, 0], sample_weight=own),
    "balanced_error": lambda said, known, own: (
        1 - balanced_accuracy_score(known, said.argmax(axis=1), sample_weight=own)
    ),
    "brier": lambda said, known, own: brier_score_loss(
        known, said if said.shape[1] > 2 else said[:, 1], sample_weight=own
    ),
    "one_minus_f1": lambda said, known, own: (
        1 - f1_score(known, said.argmax(axis=1), zero_division=0, sample_weight=own)
    ),
    "one_minus_f1_macro": lambda said, known, own: 1 - macro_f1(known, said.argmax(axis=1), own),
    "one_minus_precision": lambda said, known, own: (
        1 - precision_score(known, said.argmax(axis=1), zero_division=0, sample_weight=own)
    ),
    "one_minus_recall": lambda said, known, own: (
        1 - recall_score(known, said.argmax(axis=1), zero_division=0, sample_weight=own)
    ),
    "one_minus_auc": lambda said, known, own: 1 - roc_auc_score(known, said[:, 1], sample_weight=own),
    "one_minus_auc_ovr": lambda said, known, own: 1 - against_rest(known, said, own),
    "cross_entropy": lambda said, known, own: log_loss(
        known, said, labels=list(range(said.shape[1])), sample_weight=own
    ),
    "error_rate": lambda said, known, own: 1 - accuracy_score(known, said.argmax(axis=1), sample_weight=own),
}


@settings(max_examples=20)
@given(st.integers(0, 10_000), st.integers(4, 60), st.booleans())
def test_losses_equal_scikit_learn_block_by_block(seed: int, count: int, ties: bool) -> None:
    random = np.random.default_rng(seed)
    for loss in LOSSES:
        if "regression" in loss.tasks:
            said, known = random.normal(size=(3, count, 1)), random.normal(size=count)
        else:
            classes = 2 if "multiclass" not in loss.tasks else int(random.integers(2, 5))
            said = random.dirichlet(np.ones(classes), size=(3, count))
            known = np.concatenate([np.arange(classes), random.integers(0, classes, count - classes)]).astype(float)
            if ties and classes == 2:
                said = np.round(said, 1)
        for block, value in zip(said, loss.of(said, known), strict=True):
            assert value == pytest.approx(ORACLES[loss.id](block, known, None), abs=1e-9)


@pytest.mark.parametrize(
    ("task", "name"), [("regression", "rmse"), ("binary", "one_minus_auc"), ("multiclass", "cross_entropy")]
)
def test_each_task_has_its_default(task: str, name: str) -> None:
    assert loss_for(task).id == name  # type: ignore[arg-type]


@pytest.mark.parametrize("task", ["regression", "binary", "multiclass"])
def test_the_losses_offered_are_those_that_are_not_refused(task: str) -> None:
    offered = fitting(LOSS, task).choices  # type: ignore[arg-type]
    assert offered[0] == "auto"
    assert listed(task) == ", ".join(offered[1:])  # type: ignore[arg-type]
    for loss in LOSSES:
        try:
            loss_for(task, loss.id)  # type: ignore[arg-type]
        except InputError:
            assert loss.id not in offered
            continue
        assert loss.id in offered
        assert titled(LOSS, loss.id) == loss.title
    other = Param("kind", "choice", "a", "", choices=("a", "b"))
    assert fitting(other, task) == other  # type: ignore[arg-type]
    assert titled(other, "rmse") == "rmse"


def test_a_loss_of_another_task_is_refused_in_words() -> None:
    with pytest.raises(InputError, match="regression") as caught:
        loss_for("regression", "one_minus_auc")
    assert "one_minus_r2" in caught.value.hint, "the nearest of those that fit"


@pytest.mark.parametrize("name", SCORINGS)
def test_scikit_learn_s_names_fall_by_what_the_loss_rises(name: str) -> None:
    task = next(loss.tasks[-1] for loss in LOSSES if loss.id == SCORINGS[name])
    table = load_diabetes() if task == "regression" else load_breast_cancer() if task == "binary" else load_wine()
    kind = DecisionTreeRegressor if task == "regression" else DecisionTreeClassifier
    model = kind(max_depth=2, random_state=0).fit(table.data[::2], table.target[::2])
    apart = table.data[1::2], table.target[1::2]
    said = model.predict(apart[0])[:, None] if task == "regression" else model.predict_proba(apart[0])
    falls = -get_scorer(name)(model, *apart)
    rises = float(loss_for(task, name).of(said[None], apart[1].astype(float))[0])
    assert rises - (0 if name.startswith("neg_") else 1) == pytest.approx(falls)


def test_an_auc_of_a_class_without_rows_is_refused() -> None:
    with pytest.raises(InputError, match="2 of 3 classes"):
        loss_for("multiclass", "roc_auc_ovr").of(np.full((1, 4, 3), 1 / 3), np.array([0.0, 0, 1, 1]))


def test_an_auc_of_one_class_is_refused() -> None:
    with pytest.raises(InputError, match="both classes"):
        loss_for("binary").of(np.full((1, 3, 2), 0.5), np.ones(3))


def test_r2_of_one_value_is_refused() -> None:
    with pytest.raises(InputError, match="different true values"):
        loss_for("regression", "one_minus_r2").of(np.zeros((1, 3, 1)), np.ones(3))


def drawn(loss: Loss, seed: int, count: int) -> tuple[Array, Array]:
    """Three blocks of predictions with ties, and a truth in which every class occurs."""
    random = np.random.default_rng(seed)
    if "regression" in loss.tasks:
        return random.normal(size=(3, count, 1)).round(1), random.normal(size=count).round(1)
    classes = 2 if "multiclass" not in loss.tasks else int(random.integers(2, 5))
    known = np.concatenate([np.arange(classes), random.integers(0, classes, count - classes)]).astype(float)
    said = random.multinomial(10, np.full(classes, 1 / classes), size=(3, count)) / 10
    return said, known


@settings(max_examples=20)
@given(st.integers(0, 10_000), st.integers(5, 60))
def test_weighted_losses_equal_scikit_learn_block_by_block(seed: int, count: int) -> None:
    own = np.random.default_rng(seed + 1).gamma(1, size=count) + 1e-3
    for loss in LOSSES:
        said, known = drawn(loss, seed, count)
        for block, value in zip(said, loss.of(said, known, own), strict=True):
            assert value == pytest.approx(ORACLES[loss.id](block, known, own), abs=1e-9), loss.id


@given(st.integers(0, 10_000), st.integers(5, 40), st.floats(0.001, 1_000))
def test_whole_weights_are_repeated_rows_and_their_unit_means_nothing(seed: int, count: int, unit: float) -> None:
    times = np.random.default_rng(seed + 1).integers(1, 5, count)
    for loss in LOSSES:
        said, known = drawn(loss, seed, count)
        repeated = loss.of(np.repeat(said, times, axis=1), np.repeat(known, times))
        assert loss.of(said, known, times * unit) == pytest.approx(repeated, abs=1e-9), loss.id
