"""No answer ever breaks a constraint: 10,000 random sets of them, judged by a checker of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.counterfactual import search
from core.counterfactual.candidates import units
from core.counterfactual.coding import coder
from core.counterfactual.constraints import build, held_in, relaxed
from core.counterfactual.goals import Goal
from core.counterfactual.oracle import Oracle
from core.counterfactual.wishes import read_wishes
from core.engine import explain
from core.loading.frames import from_frame
from core.models import wrap
from core.types import Table
from tests.counterfactual.rules import broken, outputs, people, random_wishes, score

SETS = 10_000


def oracle_of(table: Table, origin: np.ndarray, params: dict[str, Any], goal: int) -> Oracle:
    code = coder(table)
    wishes = read_wishes(code, params)
    limits = build(code, origin, wishes, held_in(code, table), params["missing"])
    wanted = Goal("class", goal, 0.5, 1.0, 0.0, "", "")
    return Oracle(code, wanted, limits, lambda rows: outputs(code.decode(rows)))


def test_ten_thousand_random_sets_of_constraints_are_never_broken():
    """Candidates, single changes and walks from real rows: whatever the oracle keeps is judged."""
    table = people()
    random = np.random.default_rng(7)
    real = coder(table).encode(table.inputs)
    own = outputs(table.inputs).argmax(axis=1)
    starts, sets, proposals = [], [], []
    for turn in range(SETS):
        row = int(random.integers(0, len(table)))
        params = random_wishes(random, table)
        oracle = oracle_of(table, real[row], params, 1 - own[row])
        made = units(oracle.code, oracle.constraints, real)
        if turn % 50:  # a candidate of every unit at once, without asking a model
            picked = oracle.origin.copy()
            for unit in made:
                if random.random() < 0.5:
                    picked[list(unit.features)] = unit.values[random.integers(0, len(unit.values))]
            found = [picked] if oracle.constraints.allows(oracle.code, picked[None, :])[0] else []
        else:
            if made:
                search.singles(oracle, made, -1.0)
            search.from_real_rows(oracle, real[own != own[row]], 2)
            found = [answer.row for answer in oracle.best(5)]
        proposals += found
        starts += [row] * len(found)
        sets += [params] * len(found)
    frame = coder(table).decode(np.array(proposals))
    assert list(frame.dtypes) == list(table.inputs.dtypes)
    before, after = table.inputs.to_dict("records"), frame.to_dict("records")
    faults = [
        (row, fault)
        for row, params, new in zip(starts, sets, after, strict=True)
        for fault in broken(table, before[row], new, params)
    ]
    assert not faults[:5]
    assert len(proposals) > SETS / 2


@pytest.fixture(scope="module")
def voters() -> tuple[Any, Table]:
    """Trees on the same table, so that answers are proved."""
    from xgboost import XGBClassifier

    table = people(200)
    frame = table.inputs.drop(columns="job")
    numbers = from_frame(frame, target="")
    truth = (score(table.inputs) > 0.6).astype(int)
    return wrap(XGBClassifier(n_estimators=12, max_depth=3, n_jobs=1).fit(frame, truth)), numbers


@settings(max_examples=30)
@given(seed=st.integers(0, 10**6))
def test_whole_answers_keep_the_constraints_and_are_valid(voters, seed):
    model, table = voters
    random = np.random.default_rng(seed)
    row = int(random.integers(0, len(table)))
    params = random_wishes(random, people())
    params["locked"] = tuple(name for name in params["locked"] if name != "job")
    params["_levels"], params["levels"] = {}, {}
    asked = {name: value for name, value in params.items() if not name.startswith("_") and name != "levels"}
    result = explain("nudges", model, table, row, k=3, **asked)
    before = model.predict(table.instance(row))[0].argmax()
    for nudge in result.nudges:
        after = table.instance(row)
        for change in nudge.changes:
            after[change.name] = pd.Series([change.after], dtype=after[change.name].dtype)
        assert list(after.dtypes) == list(table.inputs.dtypes)
        assert not broken(table, table.instance(row).iloc[0].to_dict(), after.iloc[0].to_dict(), params)
        assert model.predict(after)[0].argmax() != before
    if not result.nudges:
        assert result.reason


@settings(max_examples=20)
@given(seed=st.integers(0, 10**6))
def test_wider_constraints_never_give_a_worse_best(voters, seed):
    model, table = voters
    random = np.random.default_rng(seed)
    row = int(random.integers(0, len(table)))
    params = random_wishes(random, people())
    names = [name for name in params["locked"] if name != "job"]
    base = {"directions": params["directions"], "ranges": params["ranges"], "k": 1, "defaults": False}
    tight = explain("nudges", model, table, row, locked=names, max_changes=params["max_changes"], **base)
    wide = explain("nudges", model, table, row, locked=names[1:], **base)
    if tight.nudges:
        first, second = tight.nudges[0], wide.nudges[0]
        assert (len(second.changes), second.distance) <= (len(first.changes), first.distance + 1e-12)


def test_relaxing_one_wish_leaves_the_others():
    table = people()
    params = {"locked": ("age",), "directions": "income:up", "max_changes": 2, "defaults": False}
    code = coder(table)
    origin = code.encode(table.instance(0))[0]
    limits = build(code, origin, read_wishes(code, params), held_in(code, table))
    without = relaxed(limits, code, next(wish for wish in limits.wishes if wish.kind == "locked"), held_in(code, table))
    age, income = 1, 0
    assert not limits.limits[age].movable
    assert without.limits[age].movable
    assert without.limits[income].low == origin[income]
    assert without.most == 2


def test_a_lock_outlasts_allowed_levels():
    table = people()
    code = coder(table)
    params = {"locked": ("job",), "levels": "job:clerk|nurse", "defaults": False}
    limits = build(code, code.encode(table.instance(0))[0], read_wishes(code, params), held_in(code, table))
    assert not limits.limits[table.schema.names.index("job")].movable


def test_ties_that_share_a_feature_are_one():
    table = people()
    code = coder(table)
    wishes = read_wishes(code, {"ties": "income+age; age+rate", "defaults": False})
    assert build(code, code.encode(table.instance(0))[0], wishes, held_in(code, table)).ties == ((0, 1, 2),)


def test_the_instance_itself_is_always_allowed():
    table = people()
    code = coder(table)
    for row in range(10):
        origin = code.encode(table.instance(row))[0]
        limits = build(
            code, origin, read_wishes(code, {"locked": table.schema.names, "defaults": True}), held_in(code, table)
        )
        assert limits.allows(code, origin[None, :]).all()
        assert not limits.changed(origin[None, :]).any()
        assert replace(limits, most=0).allows(code, origin[None, :]).all()


def test_tied_features_take_combinations_of_the_whole_table_gaps_included():
    table = people()
    code = coder(table)
    group = (table.schema.names.index("rate"), table.schema.names.index("job"))
    held = held_in(code, table)(group)
    pairs = {(None if pd.isna(rate) else rate, job) for rate, job in table.frame[["rate", "job"]].to_numpy(object)}
    assert {tuple(code.value(place, cell) for place, cell in zip(group, row, strict=True)) for row in held} == pairs
    assert len(held) == len(pairs)


def test_a_row_whose_tied_features_hold_together_nowhere_is_not_allowed():
    table = people()
    code = coder(table)
    real = code.encode(table.inputs)
    wishes = read_wishes(code, {"ties": "income+job", "defaults": False})
    limits = build(code, real[0], wishes, held_in(code, table), ("rate",))
    assert limits.allows(code, np.where(np.arange(6) == 2, real[0], real)).all()
    mixed = real[0].copy()
    mixed[0] = next(value for value in real[:, 0] if not ((real[:, 0] == value) & (real[:, 3] == real[0, 3])).any())
    assert not limits.allows(code, mixed[None, :])[0]
    loose = build(code, real[0], (), held_in(code, table))
    assert loose.allows(code, mixed[None, :])[0]
