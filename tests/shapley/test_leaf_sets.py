"""Sets of rows at leaves, and what coalitions are worth by them: against asking the model itself."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from core.portable.evaluate import encode
from core.portable.walk import reached
from core.registry import Job
from core.shapley import effects, leaf_sets
from core.shapley.answer import explained, own_scale
from tests.shapley import zoo

FOLLOWED = [name for name in zoo.TREES if "categories" not in name]


@pytest.mark.parametrize("name", ["xgboost classes", "hist number", "text pipeline", "tree", "xgboost pipeline"])
@pytest.mark.parametrize("rows", [1, 63, 64, 65, 150])
def test_every_row_reaches_the_leaves_that_a_walk_finds(name: str, rows: int) -> None:
    model, table = zoo.get(name)
    known = leaf_sets.leaves_of(model)
    assert known is not None
    encoded = encode(known.portable, table.rows(range(rows)))
    found = known.node[leaf_sets.leaf_sets(known, encoded).reached()]
    assert np.array_equal(np.sort(found, axis=1), np.sort(reached(known.trees, encoded), axis=1))


@pytest.mark.parametrize("share", [0.0, 0.001, 0.03, 0.05, 0.0999, 0.1, 0.2, 1.0])
def test_members_of_sets_of_any_size(share: float) -> None:
    """Whichever of numpy's loops finds them."""
    bits = np.random.default_rng(0).random((90, 128)) < share
    owner, row = leaf_sets.members(np.packbits(bits, axis=1, bitorder="little").view(np.uint64))
    assert np.array_equal(np.stack([owner, row]), np.stack(np.nonzero(bits)))


def test_questions_of_category_codes_are_left_to_the_model() -> None:
    assert leaf_sets.leaves_of(zoo.get("lightgbm categories")[0]) is None
    assert leaf_sets.leaves_of(zoo.get("linear")[0]) is None


def asked(job: Job, scale: str, members: tuple[int, ...]) -> float:
    """Worth of a coalition by setting cells in the background and asking."""
    frame = job.table.background(40, 3).copy()
    for at in members:
        name = frame.columns[at]
        frame[name] = pd.concat([job.instance[name]] * len(frame), ignore_index=True).astype(frame[name].dtype).array
    return float(explained(job, scale).of(frame).mean())


FEW = ["xgboost classes", "text pipeline", "hist number"]
"""Asked again as if memory held few leaves and answers at a time."""


@pytest.mark.parametrize(
    ("name", "words"), [*((name, effects.WORDS) for name in FOLLOWED), *((name, 5) for name in FEW)]
)
def test_coalitions_are_worth_what_the_model_says(name: str, words: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(effects, "WORDS", words)
    monkeypatch.setattr(leaf_sets, "ANSWERS", leaf_sets.ANSWERS if words > 5 else 90)
    model, table = zoo.get(name)
    output = 1 if model.classes else 0
    job = Job(model, table, 5, output, {"background": 40, "seed": 3})
    read = 0
    for scale in {own_scale(model), model.margin_scale or own_scale(model)}:
        game = effects.tree_game(job, scale, 10**6)
        if game is None:
            continue
        read += 1
        wish = "probability" if scale == own_scale(model) else "log-odds"
        nothing, single, extra = game.single_and_pairs()
        players = len(model.features)
        assert nothing == pytest.approx(asked(job, wish, ()), abs=2e-6)
        alone = [asked(job, wish, (at,)) - nothing for at in range(players)]
        assert single == pytest.approx(alone, abs=4e-6)
        for pair in combinations(range(players), 2):
            beyond = asked(job, wish, pair) - nothing - alone[pair[0]] - alone[pair[1]]
            assert extra[pair] == pytest.approx(beyond, abs=8e-6)
        for steps in ([(2, 0), (players - 1,)], [(at,) for at in reversed(range(players))], []):
            grown = [tuple(sum(steps[:count], ())) for count in range(len(steps) + 1)]
            assert game.along(steps) == pytest.approx([asked(job, wish, members) for members in grown], abs=4e-6)
    assert read == 1


def test_a_game_that_is_cheaper_to_ask_is_not_read() -> None:
    model, table = zoo.get("forest number")
    job = Job(model, table, 5, 0, {"background": 40, "seed": 3})
    assert effects.tree_game(job, "target", 10**6) is not None
    assert effects.tree_game(job, "target", 0) is None
