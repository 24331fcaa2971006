"""The search for models without trees, against brute force over every combination of whole numbers."""

from __future__ import annotations

from itertools import product
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from core.counterfactual import search
from core.counterfactual.candidates import units
from core.counterfactual.coding import coder
from core.counterfactual.constraints import build, held_in
from core.counterfactual.goals import Goal
from core.counterfactual.oracle import Oracle
from core.counterfactual.polish import polish
from core.counterfactual.refine import refine, tighten
from core.counterfactual.robustness import firm, robustness
from core.counterfactual.wishes import read_wishes
from core.loading.frames import from_frame

WANTED = Goal("class", 1, 0.5, 1.0, 0.0, "", "")
SIDE = 21


def grid_table(kinds: int = 2) -> object:
    """Whole numbers from 0 to 20 in each of some columns."""
    random = np.random.default_rng(0)
    frame = pd.DataFrame({name: random.integers(0, SIDE, 120) for name in "abcd"[:kinds]})
    frame.iloc[0], frame.iloc[1] = 0, SIDE - 1
    return from_frame(frame, target="", label="")


def oracle_of(table, rule, row=0, **params) -> Oracle:
    """An oracle on a rule: the score whose sign decides."""
    code = coder(table)
    limits = build(
        code,
        code.encode(table.instance(row))[0],
        read_wishes(code, {"defaults": False, **params}),
        held_in(code, table),
    )

    def outputs(rows: np.ndarray) -> np.ndarray:
        chance = 1 / (1 + np.exp(-rule(rows)))
        return np.column_stack([1 - chance, chance])

    return Oracle(code, WANTED, limits, outputs)


def brute(oracle: Oracle) -> float:
    """Cost of the cheapest of all combinations."""
    rows = np.array(list(product(range(SIDE), repeat=len(oracle.origin))), dtype=float)
    reached = WANTED.reached(oracle.model(rows))
    return float(oracle.cost(rows[reached]).min())


def run(oracle: Oracle) -> float:
    """The guided search without proofs."""
    real = np.array(list(product(range(0, SIDE, 4), repeat=len(oracle.origin))), dtype=float)
    moves = search.singles(oracle, units(oracle.code, oracle.constraints, real), -1.0)
    search.chain(oracle, moves)
    refine(oracle, oracle.best(8))
    seeds = search.pairs(oracle, moves)
    for _ in search.beam(oracle, moves, seeds):
        continue
    search.from_real_rows(oracle, real[WANTED.reached(oracle.model(real))])
    refine(oracle, oracle.best(8))
    polish(oracle, oracle.best(3))
    return oracle.bound


RULES = {
    "one number": lambda rows: rows[:, 0] - 12.5,
    "both numbers": lambda rows: rows[:, 0] + 2 * rows[:, 1] - 41.5,
    "curved": lambda rows: rows[:, 0] * rows[:, 1] - 150.5,
    "island": lambda rows: 9.5 - np.abs(rows[:, 0] - 14) * 3 - np.abs(rows[:, 1] - 15) * 2,
    "falling": lambda rows: rows[:, 1] * 1.5 - (rows[:, 0] - 8) ** 2 / 10 - 8.2,
}


@pytest.mark.parametrize("name", RULES)
def test_two_numbers_are_as_small_as_brute_force(name):
    oracle = oracle_of(grid_table(), RULES[name])
    truth = brute(oracle)
    assert run(oracle) == pytest.approx(truth, abs=0.02)
    assert oracle.bound >= truth - 1e-9


def test_three_numbers_that_are_all_needed():
    oracle = oracle_of(grid_table(3), lambda rows: rows.sum(axis=1) - 52.5)
    assert run(oracle) == pytest.approx(brute(oracle), abs=1e-9)


def test_weights_move_the_choice():
    cheap = oracle_of(grid_table(), lambda rows: rows[:, 0] + rows[:, 1] - 9.5)
    run(cheap)
    dear = oracle_of(grid_table(), lambda rows: rows[:, 0] + rows[:, 1] - 9.5, weights="a:50")
    run(dear)
    best = dear.best(1)[0].row
    assert best[0] == 0
    assert best[1] == 10
    assert dear.best(1)[0].cost < cheap.cost(best[None, :])[0] + 1


def test_tighten_finds_the_edge_at_the_datas_precision():
    oracle = oracle_of(grid_table(), lambda rows: rows[:, 0] - 12.5)
    tight = tighten(oracle, np.array([[20.0, 0.0], [17.0, 0.0]]))
    assert tight[:, 0].tolist() == [13.0, 13.0]


def test_take_back_leaves_only_what_is_needed():
    oracle = oracle_of(grid_table(4), lambda rows: rows[:, 2] - 9.5)
    back = search.take_back(oracle, np.array([20.0, 20.0, 20.0, 20.0]))
    assert back.tolist() == [0.0, 0.0, 20.0, 0.0]


def test_tied_features_move_together_or_not_at_all():
    table = grid_table(3)
    oracle = oracle_of(table, lambda rows: rows.sum(axis=1) - 40.5, ties="a+b")
    real = coder(table).encode(table.inputs)
    made = units(oracle.code, oracle.constraints, real)
    search.singles(oracle, made, -1.0)
    search.pairs(oracle, search.singles(oracle, made, -40.5))
    search.from_real_rows(oracle, real[WANTED.reached(oracle.model(real))])
    refine(oracle, oracle.best(8))
    known = {tuple(pair) for pair in real[:, :2]}
    assert oracle.found
    assert all(tuple(found.row[:2]) in known for found in oracle.found.values())


def test_the_oracle_keeps_the_cheapest_of_each_set_and_forgets_what_fails():
    oracle = oracle_of(grid_table(), lambda rows: rows[:, 0] - 12.5)
    oracle.ask(np.array([[20.0, 0.0], [15.0, 0.0], [15.0, 3.0], [3.0, 3.0]]))
    assert [found.row.tolist() for found in oracle.best(9)] == [[15.0, 0.0], [15.0, 3.0]]
    quick = SimpleNamespace(suits=lambda count: True, outputs=lambda rows: np.tile([0.0, 1.0], (len(rows), 1)))
    lied = oracle_of(grid_table(), lambda rows: rows[:, 0] - 12.5)
    lied.quick = quick
    lied.ask(np.array([[5.0, 0.0], [15.0, 2.0]]))
    assert len(lied.found) == 2
    lied.confirm(2)
    assert [found.row.tolist() for found in lied.best(9)] == [[15.0, 2.0]]
    lied.ask(np.array([[5.0, 0.0]]))
    assert len(lied.found) == 1


def test_firm_goes_on_until_a_miss_is_harmless():
    oracle = oracle_of(grid_table(), lambda rows: rows[:, 0] - 12.5)
    edge = np.array([13.0, 0.0])
    assert not robustness(oracle, edge[None, :])[0].holds
    firmed = firm(oracle, edge)
    assert firmed[0] > 13
    assert robustness(oracle, firmed[None, :])[0].holds
    assert firm(oracle, firmed).tolist() == firmed.tolist()


def test_levels_alone_always_hold():
    table = from_frame(pd.DataFrame({"job": ["a", "b"] * 10, "n": range(20)}), target="", label="")
    oracle = oracle_of(table, lambda rows: rows[:, 0] - 0.5)
    found = robustness(oracle, np.array([[1.0, 0.0]]))[0]
    assert found.holds
    assert found.missed == 1.0
