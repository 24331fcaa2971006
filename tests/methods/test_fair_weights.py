"""Weights and rows for fair training: equal chances when they are counted again, gaps told."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

import core
from core.errors import NotApplicable
from core.mitigation import weights
from core.results import Matrix
from core.views import view
from tests.contract_cases import case


def made(rows: int = 600) -> pd.DataFrame:
    random = np.random.default_rng(0)
    frame = pd.DataFrame({"skill": random.normal(size=rows), "sex": random.choice(["f", "g"], rows)})
    frame["hired"] = np.where(
        frame["skill"] + 1.2 * (frame["sex"] == "g") + random.normal(0, 1, rows) > 0.6, "yes", "no"
    )
    return frame


FRAME = made()


def ask(frame: pd.DataFrame = FRAME, **params: object) -> Matrix:
    model = core.model(
        lambda rows: 1 / (1 + np.exp(-rows["skill"].to_numpy())), features=("skill",), classes=("no", "yes")
    )
    roles = {"weights": "times"} if "times" in frame else {}
    found = core.explain("fair_weights", model, core.table(frame, target="hired", **roles), **params)
    assert isinstance(found, Matrix)
    return found


def test_each_cell_is_the_weight_of_its_rows() -> None:
    found, own = ask(), weights(FRAME["sex"], FRAME["hired"])
    for group, name in enumerate(found.rows):
        for kind, label in enumerate(found.columns):
            rows = (FRAME["sex"] == name.removeprefix("sex = ")) & (FRAME["hired"] == label)
            assert own[rows] == pytest.approx(found.values[group, kind])
    rows = ask(of="rows").values
    share = (FRAME["hired"] == "yes").mean()
    assert rows[:, 1] / rows.sum(axis=1) == pytest.approx([share, share], abs=0.01)
    assert rows.sum() == pytest.approx(len(FRAME), abs=2)


def test_a_model_trained_with_the_weights_treats_the_groups_more_alike() -> None:
    features = pd.DataFrame({"skill": FRAME["skill"], "group": (FRAME["sex"] == "g").astype(int)})
    gaps = []
    for held in (None, weights(FRAME["sex"], FRAME["hired"])):
        said = LogisticRegression().fit(features, FRAME["hired"], sample_weight=held).predict(features) == "yes"
        gaps.append(said[FRAME["sex"] == "g"].mean() - said[FRAME["sex"] == "f"].mean())
    assert abs(gaps[1]) < 0.4 * gaps[0]


def test_rows_that_weigh_count_as_repeated_ones() -> None:
    times = np.random.default_rng(1).integers(1, 4, len(FRAME))
    weighed, again = ask(FRAME.assign(times=times)), ask(FRAME.loc[FRAME.index.repeat(times)])
    order = [again.rows.index(name) for name in weighed.rows]
    assert weighed.values == pytest.approx(again.values[order])


def test_the_check_counts_again_and_a_class_that_a_group_never_has_is_told() -> None:
    equal = next(check for check in ask().checks if check.name == "equal shares")
    assert equal.passed
    assert equal.value == pytest.approx(0, abs=1e-12)
    never = ask(FRAME[(FRAME["sex"] == "g") | (FRAME["hired"] == "no")])
    assert "No row" in " ".join(check.text for check in never.checks)
    assert np.isnan(never.values).sum() == 1
    assert len(view(never).table)


def test_numbers_have_no_classes_to_weigh() -> None:
    with pytest.raises(NotApplicable, match="number"):
        core.explain("fair_weights", *case("random forest, regression"))
