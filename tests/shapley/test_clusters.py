"""Backgrounds of k-means centres: as shap chooses them, weighed, additive, equal to enumeration."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from core import engine
from core.loading.frames import from_frame
from core.models import wrap
from core.registry import Job
from core.results import Attribution
from core.shapley.answer import explained, own_scale
from core.shapley.clusters import clustered, placed
from tests.shapley import oracle, zoo


def groups(rows: pd.DataFrame) -> list[tuple[pd.DataFrame, float]]:
    """The different rows, and the share of each."""
    codes = rows.groupby(list(rows.columns), dropna=False, observed=True, sort=False).ngroup().to_numpy()
    return [(rows.iloc[[np.flatnonzero(codes == code)[0]]], float((codes == code).mean())) for code in np.unique(codes)]


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
def test_the_centres_and_weights_of_shap() -> None:
    """On numbers of one scale both find the same clusters."""
    import shap

    random = np.random.default_rng(0)
    middles = random.normal(0, 6, (4, 5))
    values = (middles[random.integers(0, 4, 120)] + random.normal(size=(120, 5))).round(2)
    values = (values - values.mean(axis=0)) / values.std(axis=0)
    frame = pd.DataFrame(values, columns=list("abcde"))
    theirs = shap.kmeans(values, 4)
    ours = groups(clustered(frame, 4, 0))
    centres = np.stack([row.to_numpy()[0] for row, _ in ours])
    place = np.abs(centres[:, None] - theirs.data[None]).max(axis=2).argmin(axis=1)
    assert sorted(place) == [0, 1, 2, 3]
    assert [share for _, share in ours] == pytest.approx(theirs.weights[place])
    assert centres == pytest.approx(theirs.data[place], abs=0.1), "shap takes the nearest cell of any row"


def mixed() -> pd.DataFrame:
    """Every kind of column, gaps, one column of gaps alone."""
    return zoo.mixed()[zoo.MIXED].assign(
        age=lambda rows: rows["age"].astype("Int64"),
        day=lambda rows: pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(len(rows)) % 40, unit="D"),
        empty=np.nan,
    )


def test_centres_have_the_types_and_cells_of_the_table() -> None:
    frame = mixed()
    frame.loc[3, "day"] = pd.NaT
    found = clustered(frame, 6, 1)
    assert found.dtypes.to_dict() == frame.dtypes.to_dict()
    assert 2 <= len(groups(found)) <= 6
    for name in frame.columns:
        assert set(found[name].dropna()) <= set(frame[name].dropna())
    assert found["empty"].isna().all()
    assert clustered(frame, 6, 1).equals(found)


def test_centres_lie_nearer_than_any_one_row() -> None:
    frame = mixed().drop(columns="empty")
    both = placed(pd.concat([frame, clustered(frame, 8, 0), clustered(frame, 1, 0)], ignore_index=True))
    rows, eight, one = np.split(both, 3)
    assert ((rows - eight) ** 2).sum() < 0.8 * ((rows - one) ** 2).sum()
    assert len(groups(clustered(frame, 1, 0))) == 1


def test_more_clusters_than_rows_change_nothing() -> None:
    frame = pd.DataFrame({"a": [1.0, 2.0, 2.0, 7.0], "b": ["x", "y", "y", "x"]})
    assert clustered(frame, 50, 0).equals(frame)
    same = pd.DataFrame({"a": [1.0, 1.0], "b": ["x", "x"]})
    assert clustered(same, 2, 0).equals(same)


KINDS = [
    ("xgboost binary", "interventional"),
    ("forest number", "interventional"),
    ("text pipeline", "interventional"),
    ("linear", "linear"),
    ("network", "exact"),
    ("lightgbm categories", "interventional"),
    ("hist number", "kernel"),
    ("xgboost number", "permutation"),
]


@pytest.mark.parametrize(("name", "kind"), KINDS)
def test_values_are_those_of_each_centre_by_weight(name: str, kind: str) -> None:
    model, table = zoo.get(name)
    output = 1 if model.classes else 0
    asked: dict[str, Any] = {"kind": kind, "background": 60, "reference": "clusters", "clusters": 5, "samples": 3_000}
    result = engine.explain("shap", model, table, 9, output=output, **asked)
    assert isinstance(result, Attribution)
    wish = "probability" if result.scale == own_scale(model) else "log-odds"
    number = explained(Job(model, table, 9, output, {}), wish)
    values, base, whole = np.zeros(len(model.features)), 0.0, 0.0
    for centre, share in groups(clustered(table.background(60, 0), 5, 0)):
        one, start, whole = oracle.marginal(number.of, table.instance(9), centre)
        values, base = values + share * np.asarray(one), base + share * start
    allowed = 3e-6 if result.spread is None else 5 * float(result.spread.max()) + 3e-6
    assert result.values == pytest.approx(values, abs=allowed)
    assert (result.base, result.output) == pytest.approx((base, whole), abs=3e-6)
    assert result.base + result.values.sum() == pytest.approx(result.output, abs=3e-6)
    assert any("5 cluster centres" in check.text and "60 rows" in check.text for check in result.checks)


def test_equal_centres_are_asked_once() -> None:
    random = np.random.default_rng(2)
    frame = pd.DataFrame(random.normal(size=(200, 4)), columns=list("abcd"))
    asked = []

    def bent(rows: pd.DataFrame) -> np.ndarray:
        asked.append(len(rows))
        return np.asarray(rows["a"] * rows["b"] + np.sin(rows["c"]))

    model = wrap(bent, task="regression", features=list("abcd"))
    rows = from_frame(frame, target="")
    found = engine.explain("shap", model, rows, 3, kind="exact", reference="clusters", clusters=7, background=200)
    assert found.provenance.evaluations <= 16 * 7
    assert sum(asked) <= 16 * 7 + 9  # a model is asked once whether it says the same twice
