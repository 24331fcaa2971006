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
from core.counterfactual.constraints import build, relaxed
from core.counterfactual.goals import Goal
from core.counterfactual.oracle import Oracle
from core.counterfactual.wishes import read_wishes
from core.engine import explain
from core.loading.frames import from_frame
from core.models import wrap
from core.types import Table

SETS = 10_000
NUMBERS = ("income", "age", "rate")
LEVELS = ("job", "member")


def people(rows: int = 60) -> Table:
    """Numbers, whole numbers, levels, booleans, gaps, and two columns that belong together."""
    random = np.random.default_rng(1)
    income = random.normal(50, 12, rows).round(1)
    frame = pd.DataFrame({
        "income": income,
        "age": random.integers(18, 80, rows),
        "rate": np.where(random.random(rows) < 0.2, np.nan, random.random(rows).round(2)),
        "job": random.choice(["clerk", "nurse", "none", "a:b;c"], rows),
        "member": random.random(rows) < 0.5,
        "income_log": np.log(income.clip(1)).round(3),
    })  # fmt: skip  # a table
    return from_frame(frame, target="")


def score(frame: pd.DataFrame) -> np.ndarray:
    """A rule that every feature moves."""
    jobs = frame["job"].map({"clerk": 0.3, "nurse": 0.8, "none": -0.5, "a:b;c": 0.1}).to_numpy(float)
    numbers = 0.05 * (frame["income"] - 50) - 0.02 * (frame["age"] - 45) + 1.2 * frame["rate"].fillna(0.4)
    return numbers.to_numpy(float) + jobs + 0.7 * frame["member"].to_numpy(float) + 0.2 * (frame["income_log"] - 4)


def outputs(frame: pd.DataFrame) -> np.ndarray:
    chance = 1 / (1 + np.exp(-score(frame)))
    return np.column_stack([1 - chance, chance])


def random_wishes(random: np.random.Generator, table: Table) -> dict[str, Any]:
    """A random set of constraints as parameters in their text form, with what they mean beside."""
    names = list(table.schema.names)
    params: dict[str, Any] = {"defaults": bool(random.random() < 0.3)}
    params["locked"] = tuple(random.choice(names, random.integers(0, 3), replace=False))
    ways = {name: random.choice(["up", "down", "fixed"]) for name in NUMBERS if random.random() < 0.3}
    ranges = {}
    for name in NUMBERS:
        if random.random() < 0.3:
            feature = table.schema[name]
            ends = np.sort(random.uniform(feature.low, feature.high, 2)).round(2)
            ranges[name] = tuple(float(end) for end in ends)
    levels = {}
    if random.random() < 0.3:
        levels["job"] = list(random.choice(["clerk", "nurse", "none", "a:b;c"], random.integers(1, 4), replace=False))
    params["_ways"], params["_ranges"], params["_levels"] = ways, ranges, levels
    params["directions"] = "; ".join(f"{name}:{way}" for name, way in ways.items())
    params["ranges"] = "; ".join(f"{name}:{low}..{high}" for name, (low, high) in ranges.items())
    params["levels"] = levels
    params["max_changes"] = int(random.integers(1, 7)) if random.random() < 0.4 else None
    params["missing"] = ("rate",) if random.random() < 0.3 else ()
    params["ties"] = "income+income_log" if random.random() < 0.4 else ""
    params["weights"] = "income:3" if random.random() < 0.2 else ""
    return params


def broken(table: Table, before: dict[str, Any], after: dict[str, Any], params: dict[str, Any]) -> list[str]:
    """Everything that a proposal breaks, found without the code under test."""
    faults = []
    changed = [n for n in before if before[n] != after[n] and not (pd.isna(before[n]) and pd.isna(after[n]))]
    for name in changed:
        feature, old, new = table.schema[name], before[name], after[name]
        if name in params["locked"] or params["_ways"].get(name) == "fixed":
            faults.append(f"{name} is locked")
        if pd.isna(old) != pd.isna(new):
            faults += [] if name in params["missing"] else [f"{name} missing"]
            if pd.isna(new):
                continue
        if feature.is_ordered:
            low, high = params["_ranges"].get(name, (feature.low, feature.high))
            if not max(low, feature.low) <= new <= min(high, feature.high):
                faults.append(f"{name} out of range")
            if round(float(new), feature.decimals) != float(new):
                faults.append(f"{name} finer than the data")
            way = params["_ways"].get(name)
            aged = name == "age" and params["defaults"] and way is None and name not in params["_ranges"]
            if not pd.isna(old) and (((way == "up" or aged) and new < old) or (way == "down" and new > old)):
                faults.append(f"{name} the wrong way")
        elif new not in feature.levels or new not in params["_levels"].get(name, feature.levels):
            faults.append(f"{name} level")
    if len(changed) > (params["max_changes"] or len(before)):
        faults.append("too many changes")
    if params["ties"] and {"income", "income_log"} & set(changed):
        pairs = set(zip(table.frame["income"], table.frame["income_log"], strict=True))
        if (after["income"], after["income_log"]) not in pairs:
            faults.append("tie")
    return faults


def oracle_of(table: Table, origin: np.ndarray, params: dict[str, Any], goal: int) -> Oracle:
    code = coder(table)
    wishes = read_wishes(code, params)
    limits = build(code, origin, wishes, params["missing"])
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
    limits = build(code, origin, read_wishes(code, params))
    without = relaxed(limits, code, next(wish for wish in limits.wishes if wish.kind == "locked"))
    age, income = 1, 0
    assert not limits.limits[age].movable
    assert without.limits[age].movable
    assert without.limits[income].low == origin[income]
    assert without.most == 2


def test_a_lock_outlasts_allowed_levels():
    table = people()
    code = coder(table)
    params = {"locked": ("job",), "levels": "job:clerk|nurse", "defaults": False}
    limits = build(code, code.encode(table.instance(0))[0], read_wishes(code, params))
    assert not limits.limits[table.schema.names.index("job")].movable


def test_ties_that_share_a_feature_are_one():
    table = people()
    code = coder(table)
    wishes = read_wishes(code, {"ties": "income+age; age+rate", "defaults": False})
    assert build(code, code.encode(table.instance(0))[0], wishes).ties == ((0, 1, 2),)


def test_the_instance_itself_is_always_allowed():
    table = people()
    code = coder(table)
    for row in range(10):
        origin = code.encode(table.instance(row))[0]
        limits = build(code, origin, read_wishes(code, {"locked": table.schema.names, "defaults": True}))
        assert limits.allows(code, origin[None, :]).all()
        assert not limits.changed(origin[None, :]).any()
        assert replace(limits, most=0).allows(code, origin[None, :]).all()
