"""What holds when nobody says anything, on real tables: ages, identifiers, whole numbers, levels and gaps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from core.engine import explain
from core.loading.frames import from_frame
from core.models import wrap
from core.types import Model, Table

TARGETS = {"german_credit": "risk", "adult_10k": "income", "titanic": "survived"}
ROWS = 12


@pytest.fixture(scope="module", params=list(TARGETS))
def asked(request: pytest.FixtureRequest, shared_data: Path) -> tuple[Model, Table]:
    """A forest on a real table to which an identifier that matters, gaps in a number and gaps in levels are given."""
    target = TARGETS[request.param]
    frame = pd.read_csv(shared_data / f"{request.param}.csv").sample(700, random_state=1).reset_index(drop=True)
    truth = frame[target].astype("category").cat.codes
    random = np.random.default_rng(0)
    frame.insert(0, "RecordId", truth.astype(int) * 200 + random.permutation(700))
    texts = list(frame.drop(columns=target).select_dtypes(exclude="number"))
    gappy = "fare" if "fare" in frame else "age"
    frame[gappy] = frame[gappy].mask(random.random(700) < 0.15).astype(float)
    frame[texts[0]] = frame[texts[0]].mask(random.random(700) < 0.15)
    inputs = frame.drop(columns=target)
    numbers = [name for name in inputs if name not in texts]
    levels = make_pipeline(SimpleImputer(strategy="constant", fill_value="gap"), OneHotEncoder(handle_unknown="ignore"))
    encoder = make_column_transformer((SimpleImputer(), numbers), (levels, texts))
    forest = RandomForestClassifier(25, max_depth=6, max_features=3, random_state=0)
    return wrap(make_pipeline(encoder, forest).fit(inputs, truth)), from_frame(frame, target=target)


def moves(asked: tuple[Model, Table], **params: Any) -> list[tuple[str, Any, Any]]:
    """Name, before and after of every change of some rows' nudges."""
    model, table = asked
    gaps = np.flatnonzero(table.inputs.isna().any(axis=1))[: ROWS // 2]
    rows = [*map(int, gaps), *range(ROWS // 2)]
    results = [explain("nudges", model, table, row, **{"k": 3, "seconds": 60, **params}) for row in rows]
    return [
        (each.name, each.before, each.after) for found in results for nudge in found.nudges for each in nudge.changes
    ]


def test_nobody_grows_younger_becomes_another_or_gains_what_was_missing(asked: tuple[Model, Table]) -> None:
    _, table = asked
    found = moves(asked)
    assert found
    for name, before, after in found:
        feature = table.schema[name]
        assert name != "RecordId"
        assert before is not None
        assert after is not None
        assert name != "age" or after > before
        if feature.is_ordered:
            assert feature.low <= after <= feature.high
            assert isinstance(after, int) == (feature.kind == "integer")
            assert round(float(after), feature.decimals) == float(after)
        else:
            assert after in set(table.inputs[name].dropna())
            assert type(after) is type(before)


def test_the_same_questions_without_custom_and_with_gaps_to_fill_go_there(asked: tuple[Model, Table]) -> None:
    """Or the test above would hold for nothing."""
    _, table = asked
    names = [feature.name for feature in table.schema.features if feature.missing > 0]
    found = moves(asked, defaults=False, missing=names, k=8)
    assert any(name == "RecordId" for name, _, _ in found)
    assert any(before is None or after is None for _, before, after in found)
    assert any(name == "age" and None not in (before, after) and after < before for name, before, after in found)
