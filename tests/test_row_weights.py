"""Weights of rows: what a column must hold, the role's way through the program, and sums that equal repeated rows."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression

import core
from core import engine, row_weights
from core.errors import InputError
from core.export.session import session
from core.loading.frames import derive, from_frame, with_roles
from core.loading.match import match
from core.models import wrap
from core.types import Table
from core.workers import columns
from core.workers.wire import Closed, Message
from tests.contract_cases import numbers_frame

FRAME = numbers_frame(60).assign(exposure=np.arange(60) % 4)
FEATURES = tuple("abcde")


def weighted(**roles: Any) -> Table:
    return from_frame(FRAME, **{"target": "y", "weights": "exposure", **roles})


@given(st.integers(0, 10_000), st.integers(1, 40), st.floats(0.001, 1_000))
def test_sums_equal_those_of_repeated_rows_whatever_the_unit(seed: int, count: int, unit: float) -> None:
    random = np.random.default_rng(seed)
    times = np.concatenate([[1], random.integers(0, 4, count)])
    values = random.normal(size=(3, count + 1)).round(1)
    repeated = np.repeat(values, times, axis=1)
    weights = row_weights.read(pd.Series(times * unit))
    assert row_weights.mean(values, weights) == pytest.approx(repeated.mean(axis=1))
    assert row_weights.median(values, weights) == pytest.approx(np.median(repeated, axis=1))
    share = row_weights.total(values > 0, weights) / weights.sum()
    assert share == pytest.approx((repeated > 0).mean(axis=1))


def test_only_ratios_matter_and_no_sum_overflows() -> None:
    plain = row_weights.read(pd.Series([1.0, 2.0, 3.0]))
    assert np.array_equal(plain, row_weights.read(pd.Series([2.0, 4.0, 6.0]))), "a doubled unit changes no bit"
    huge = row_weights.read(pd.Series([1e308, 1.7e308]))
    assert huge.sum() < 2
    assert huge[1] / huge[0] == 1.7
    assert row_weights.read(pd.Series([0, 5e-324])).tolist() == [0, 0.5]


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ([1.0, -2.0, 3.0], "1 of 3 cells .* in row 1: -2"),
        ([1.0, 2.0, np.nan], "in row 2: nan"),
        ([np.inf, 1.0, 2.0], "in row 0: inf"),
        (["much", "2", None], "2 of 3 cells .* in row 0: much"),
        (pd.to_datetime(["2020-01-01"] * 3), "3 of 3 cells"),
        ([0, 0, 0], "Every weight is 0"),
    ],
)
def test_what_cannot_weigh_is_refused_with_its_place_and_advice(cells: Any, why: str) -> None:
    frame = FRAME.head(3).assign(exposure=cells)
    with pytest.raises(InputError, match="'exposure' cannot weigh the rows") as caught:
        from_frame(frame, weights="exposure")
    assert caught.value.hint
    assert pd.Series([caught.value.why]).str.contains(why).all(), caught.value.why


@pytest.mark.parametrize("kind", ["Int64", "boolean", "string", "category"])
def test_numbers_weigh_in_every_form_that_a_column_has(kind: str) -> None:
    column = pd.Series([1, 0, 1]).astype("string" if kind == "string" else kind)
    assert row_weights.read(column).tolist() == [0.5, 0, 0.5]


def test_the_column_is_a_role_and_no_feature() -> None:
    table = weighted()
    assert (table.target, table.weights, table.schema.names) == ("y", "exposure", FEATURES)
    assert from_frame(FRAME).weights is None, "weights are never guessed"
    assert from_frame(FRAME.drop(columns="exposure").assign(w=1.0), weights="w").target == "y", "'y' is last but one"
    for roles in ({"weights": "y"}, {"label": "exposure"}):
        with pytest.raises(InputError, match="cannot be both"):
            weighted(**roles)
    with pytest.raises(InputError, match="weights"):
        weighted(weights="exposition")


def test_the_role_is_part_of_the_fingerprint_and_of_no_other_tables() -> None:
    plain = from_frame(FRAME, target="y")
    assert weighted().fingerprint != plain.fingerprint
    twice = FRAME.assign(again=FRAME["exposure"])
    other = [from_frame(twice, target="y", weights=name).fingerprint for name in ("exposure", "again")]
    assert len(set(other)) == 2, "which column weighs is part of it, too"
    assert with_roles(plain, weights="exposure").fingerprint == weighted().fingerprint
    assert with_roles(weighted(), weights="").fingerprint == plain.fingerprint
    assert weighted().fingerprint == weighted().fingerprint


def test_roles_are_kept_or_given_to_another_column() -> None:
    table = weighted()
    assert with_roles(table, label="a").weights == "exposure"
    moved = with_roles(table, target="exposure")
    assert (moved.target, moved.weights) == ("exposure", None)
    assert derive(table, table.frame, table.schema, target=None).weights == "exposure"


def test_the_role_survives_matching_and_no_note_calls_it_ignored() -> None:
    model = wrap(LinearRegression().fit(FRAME[["c", "a"]], FRAME["y"]))
    found = match(model, weighted(target=""))
    assert (found.table.weights, found.table.target, found.table.schema.names) == ("exposure", "y", ("c", "a"))
    assert not any("exposure" in note for note in found.notes)


def test_a_model_that_takes_the_column_gets_it_and_the_note_says_what_to_do() -> None:
    model = wrap(LinearRegression().fit(FRAME[["a", "exposure"]], FRAME["y"]))
    found = match(model, weighted())
    assert found.table.weights is None
    (said,) = [note for note in found.notes if "exposure" in note]
    assert "a column of another name" in said


def test_a_model_without_names_is_given_no_weights() -> None:
    plain = FRAME[list(FEATURES)].to_numpy()
    model = wrap(LinearRegression().fit(plain, FRAME["y"]))
    found = match(model, weighted())
    assert (found.table.schema.names, found.table.weights) == (FEATURES, "exposure")
    asked = wrap(LinearRegression().fit(np.c_[plain, plain[:, 0]], FRAME["y"]))  # as many as there are but the weights
    assert match(asked, weighted()).table.schema.names == (*FEATURES, "y")


def test_the_role_goes_to_the_worker_and_back_and_a_false_one_is_refused() -> None:
    message = columns.encode_table(weighted())
    found = columns.decode_table(message)
    assert (found.weights, found.fingerprint) == ("exposure", weighted().fingerprint)
    for column in ("a", "nowhere"):
        with pytest.raises(Closed):
            columns.decode_table(Message({**message.head, "weights": column}, message.arrays))


def test_weights_come_by_name_as_a_sequence_or_with_a_dalex_explainer() -> None:
    rows, weights = FRAME.drop(columns="exposure"), FRAME["exposure"].to_numpy()
    table = core.table(rows, target="y", weights=weights)
    assert (table.weights, table.schema.names) == ("weights", FEATURES)
    assert core.table(table, weights="").weights is None
    named = core.table(rows.drop(columns="y"), target=FRAME["y"], weights=FRAME["exposure"])
    assert (named.target, named.weights) == ("y", "exposure")
    array = core.table(rows.drop(columns="y").to_numpy(), target=FRAME["y"].tolist(), weights=weights)
    assert array.frame[array.weights].tolist() == weights.tolist()
    with pytest.raises(InputError, match="The weights do not fit"):
        core.table(rows, target="y", weights=weights[:-1])
    parts = {"model": None, "label": "m", "predict_function": None, "model_type": "regression"}
    explainer = type("Explainer", (SimpleNamespace,), {})(
        data=rows.drop(columns="y"), y=rows["y"].to_numpy(), weights=pd.Series(weights), **parts
    )
    brought = core.table(explainer)
    assert (brought.target, brought.weights, brought.schema.names) == ("y", "weights", FEATURES)
    assert brought.frame["weights"].tolist() == weights.tolist()
    assert core.table(explainer, weights="").weights is None


def test_rows_that_do_not_count_are_not_drawn() -> None:
    frame, weights, checks = row_weights.background(weighted(), 10, 1)
    assert weights is not None
    assert (len(frame), len(weights), bool((weights > 0).all())) == (10, 10, True)
    drawn = FRAME.set_index(list(FEATURES))["exposure"].loc[[tuple(row) for row in frame.to_numpy()]]
    assert np.allclose(weights / weights.max(), drawn / drawn.max())
    assert "Rows are weighted by 'exposure'" in checks[0].text
    assert row_weights.effective(np.array([1.0, 1, 0, 0]), 4) == 2


def test_a_session_names_the_column() -> None:
    model = wrap(LinearRegression().fit(FRAME[list(FEATURES)], FRAME["y"]))
    both = match(model, weighted())
    result = engine.explain("performance", both.model, both.table)
    kept = session([result], both.model, both.table)
    assert kept.tables[both.table.fingerprint]["weights"] == "exposure"
