"""Aspects: importance of groups and their share of one prediction, against the methods of single features."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestRegressor

import core
from core import export
from core.aspects import members
from core.errors import NotApplicable
from core.results import Aspects
from core.types import Model, Table
from core.views import view
from tests.contract_cases import case


def wide(features: int = 14, rows: int = 120) -> tuple[Model, Table]:
    """Pairs of features that say the same, more of them than coalitions are asked of."""
    random = np.random.default_rng(2)
    base = random.normal(size=(rows, features // 2))
    cells = np.repeat(base, 2, axis=1) + random.normal(0, 0.02, (rows, features))
    frame = pd.DataFrame(cells, columns=[f"f{at}" for at in range(features)])
    truth = frame["f0"] * 2 + frame["f2"] * frame["f4"] + random.normal(0, 0.1, rows)
    fitted = RandomForestRegressor(n_estimators=8, max_depth=4, random_state=0).fit(frame, truth)
    table = core.table(frame.assign(y=truth), target="y")
    return core.model(fitted), table


MODEL, TABLE = wide()


def ask(name: str, model: Model = MODEL, table: Table = TABLE, row: int = 3, **params: object) -> Aspects:
    found = core.explain(name, model, table, row=row, **params)
    assert isinstance(found, Aspects)
    return found


@pytest.mark.parametrize("name", ["pipeline with text levels", "random forest, regression"])
@pytest.mark.parametrize("height", [0.0, 0.5, 0.97, 1.0])
def test_the_groups_share_the_prediction_whatever_the_height(name: str, height: float) -> None:
    model, table = case(name)
    found = ask("aspect_attribution", model, table, height=height)
    said = model.predict(table.instance(3))[0, -1]
    assert found.output == pytest.approx(said)
    assert found.base is not None
    assert found.base + found.values.sum() == pytest.approx(said)
    if height == 0:
        single = core.explain("shap", model, table, row=3, kind="exact", scale="probability", background=50)
        order = [single.features.index(found.features[node]) for node in found.groups]
        assert found.values == pytest.approx(single.values[order], abs=1e-9)
        assert found.nodes[: len(found.features)] == pytest.approx(single.values, abs=1e-9)
    if height == 1:
        assert found.values == pytest.approx([found.output - found.base])


def test_many_groups_are_sampled_and_few_are_exact() -> None:
    many, few = ask("aspect_attribution", height=0.0), ask("aspect_attribution", height=0.2)
    assert len(many.groups) == 14
    assert len(few.groups) == 7
    assert many.spread is not None
    assert few.spread is None
    for one in (many, few):
        assert one.base is not None
        assert one.base + one.values.sum() == pytest.approx(one.output)
    pairs = {members(few.merges)[node] for node in few.groups}
    assert pairs == {(at, at + 1) for at in range(0, 14, 2)}
    steps = many.nodes[14:]
    assert np.isnan(steps[:2]).all(), "branches of more than eleven groups are not computed"
    assert steps[-1] == pytest.approx(few.output - few.base)


def test_a_branch_is_worth_what_its_cut_says() -> None:
    found = ask("aspect_attribution")
    for step in (6, 9, 12):
        height = float(found.merges[step, 2])
        other = ask("aspect_attribution", height=min(1.0, height + 1e-9))
        node = 14 + step
        if node in other.groups and len(other.groups) == 14 - step - 1:
            assert other.values[other.groups.index(node)] == pytest.approx(found.nodes[node])


def test_importance_of_groups_is_that_of_columns_shuffled_together() -> None:
    found = ask("aspects", height=0.2, rounds=3)
    held = members(found.merges)
    text = "; ".join(f"g{node} = " + " + ".join(found.features[at] for at in held[node]) for node in found.groups)
    other = core.explain("permutation_importance", MODEL, TABLE, groups=text, rounds=3)
    wanted = dict(zip(other.features, other.values, strict=True))
    assert found.values == pytest.approx([wanted[f"g{node}"] for node in found.groups], rel=1e-6)
    single = core.explain("permutation_importance", MODEL, TABLE, rounds=3)
    assert found.nodes[:14] == pytest.approx(single.values, rel=1e-6, abs=1e-9)
    assert "association of at least" in " ".join(check.text for check in found.checks)


def test_another_height_asks_the_model_nothing() -> None:
    for name in ("aspects", "aspect_attribution"):
        ask(name, height=0.3)
        again = ask(name, height=0.6)
        assert again.provenance is not None
        assert again.provenance.evaluations == 0


def test_it_is_told_drawn_and_exported() -> None:
    for found in (ask("aspects", height=0.2), ask("aspect_attribution", height=0.2)):
        tree, bars = view(found), view(found, picture="groups")
        assert "make 7 groups" in tree.sentence
        assert "f0 + f1" in bars.sentence
        joints = [row for row in tree.rows if row["role"] == "joint"]
        assert len({row["label"] for row in joints}) == len(joints) == 13, "no two numbers on one line"
        assert tree.spec == view(ask(found.provenance.method, height=0.7)).spec  # type: ignore[union-attr]
        assert len(tree.table) == 27
        assert set(tree.table["what"][:7]) == {"group"}
        body = export.to_json(found)
        assert sum(len(group["features"]) for group in body["groups"]) == 14
        for picture in ("tree", "groups"):
            assert export.to_picture(found, "png", picture=picture, dpi=40).startswith(b"\x89PNG")


def test_one_feature_and_too_many_are_told() -> None:
    with pytest.raises(NotApplicable, match="two features"):
        core.explain("aspects", *case("one column"))
    frame = pd.DataFrame(np.random.default_rng(0).normal(size=(30, 61)), columns=[f"x{at}" for at in range(61)])
    model = core.model(lambda rows: rows.sum(axis=1).to_numpy(), features=tuple(frame), task="regression")
    with pytest.raises(NotApplicable, match="too many"):
        core.explain("aspect_attribution", model, core.table(frame))
