"""SHAP of many rows: the same numbers as row by row, and what is made of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core import engine
from core.loading.match import match
from core.loading.models import read_model
from core.loading.tables import read_table
from core.results import Attribution, Attributions
from core.views import attributions, dependence, view
from tests.contract_cases import CASES, case
from tests.shapley import oracle

QUICK = [name for name in CASES if name != "k nearest neighbours"]


@pytest.fixture(scope="module")
def forest() -> Attributions:
    result = engine.explain("shap_summary", *case("random forest, regression"), rows=120)
    assert isinstance(result, Attributions)
    return result


@pytest.mark.parametrize("name", QUICK)
def test_the_values_are_those_of_shap_row_by_row(name: str) -> None:
    model, table = case(name)
    result = engine.explain("shap_summary", model, table, rows=9, output=0)
    assert isinstance(result, Attributions)
    for at, row in enumerate(result.rows):
        alone = engine.explain("shap", model, table, row, output=0)
        assert isinstance(alone, Attribution)
        assert result.values[at] == pytest.approx(alone.values, rel=1e-6, abs=1e-9)
        assert result.outputs[at] == pytest.approx(alone.output, rel=1e-6, abs=1e-9)
        assert result.data[at] == alone.data or any(cell != cell for cell in result.data[at])


def test_every_row_adds_up(forest: Attributions) -> None:
    model, table = case("random forest, regression")
    said = model.predict(table.rows(list(forest.rows)))[:, 0]
    assert forest.base + forest.values.sum(axis=1) == pytest.approx(said, abs=1e-9)
    assert forest.checks[0].passed


def test_the_sample_of_rows_is_seeded_and_without_repeats() -> None:
    model, table = case("random forest, regression")
    one = engine.explain("shap_summary", model, table, rows=30, seed=1)
    two = engine.explain("shap_summary", model, table, rows=30, seed=2)
    assert isinstance(one, Attributions)
    assert isinstance(two, Attributions)
    assert len(set(one.rows)) == 30
    assert one.rows != two.rows
    assert list(one.rows) == sorted(one.rows)


def test_importance_is_the_mean_size(forest: Attributions) -> None:
    found = dependence.mean_size(forest)
    for place, name in enumerate(forest.features):
        by_hand = sum(abs(value) for value in forest.values[:, place]) / len(forest.rows)
        assert found.values[found.features.index(name)] == pytest.approx(by_hand)


def planted() -> Attributions:
    """Attributions of b and c that are their product, those of a its own value."""
    data = np.random.default_rng(4).normal(size=(200, 3))
    values = np.stack([2 * data[:, 0], data[:, 1] * data[:, 2] / 2, data[:, 1] * data[:, 2] / 2], axis=1)
    names = tuple(f"row {at}" for at in range(200))
    cells = tuple(map(tuple, data.tolist()))
    return Attributions(
        ("a", "b", "c"), tuple(range(200)), names, values, cells, np.zeros(200), values.sum(axis=1), "target", "y"
    )


def test_the_partner_is_the_one_the_values_were_made_with(forest: Attributions) -> None:
    assert dependence.strongest_partner(planted(), "b") == "c"
    assert dependence.strongest_partner(planted(), "c") == "b"
    assert dependence.strongest_partner(forest, "b") == "c", "the forest's target is 2 a + b c"


def test_the_partner_is_that_of_the_shap_package(forest: Attributions) -> None:
    shap = pytest.importorskip("shap")
    data = np.array(forest.data, dtype=float)
    for place, name in enumerate(forest.features):
        theirs = shap.approximate_interactions(place, forest.values, data)[0]
        assert dependence.strongest_partner(forest, name) == forest.features[theirs]


def test_shares_rank_numbers_and_leave_levels_alone() -> None:
    assert dependence.shares([10, 30, 20]) == [0, 1, 0.5]
    assert dependence.shares(["a", "b"]) == [None, None]
    assert dependence.shares([1.0, None, 3.0]) == [0, None, 1]
    assert dependence.shares([4, 4]) == [0.5, 0.5]
    assert dependence.shares([None, None]) == [None, None]
    assert dependence.shares([False, True]) == [0, 1]


def test_the_scatter_has_one_dot_a_row(forest: Attributions) -> None:
    cloud = dependence.points(forest, "a")
    assert cloud.rows == forest.rows
    place = forest.features.index("a")
    assert cloud.y == pytest.approx(forest.values[:, place])
    assert cloud.x == tuple(row[place] for row in forest.data)
    assert np.corrcoef(cloud.x, cloud.y)[0, 1] > 0.9
    assert dependence.points(forest, "a", partner="").colour == ()


def test_a_scatter_of_levels_is_a_strip_plot() -> None:
    model, table = case("pipeline with text levels")
    result = engine.explain("shap_summary", model, table, rows=20)
    assert isinstance(result, Attributions)
    level = next(name for name in table.schema.names if table.schema[name].kind == "categorical")
    cloud = dependence.points(result, level)
    assert not cloud.ordered
    assert view(cloud).rows


@pytest.mark.parametrize("name", QUICK)
@pytest.mark.parametrize("picture", attributions.PICTURES)
def test_every_picture_shows_the_numbers(name: str, picture: str) -> None:
    result = engine.explain("shap_summary", *case(name), rows=25)
    assert isinstance(result, Attributions)
    drawn = view(result, picture=picture)
    assert drawn.rows
    assert len({tuple(row) for row in drawn.rows}) == 1
    for feature in {row["feature"] for row in drawn.rows} - {""}:
        place = result.features.index(feature)
        marks = [row["value"] for row in drawn.rows if row["feature"] == feature]
        if picture == "bar":
            assert marks == [pytest.approx(np.abs(result.values[:, place]).mean())]
        else:
            assert sorted(marks) == pytest.approx(sorted(result.values[:, place]))


def test_levels_without_an_order_are_dots_like_all_others() -> None:
    result = engine.explain("shap_summary", *case("pipeline with text levels"), rows=20)
    assert isinstance(result, Attributions)
    drawn = view(result, picture="swarm")
    assert attributions.unordered(drawn.rows)
    dots = drawn.spec["layer"][-1]
    shaded = dots["transform"][0]
    assert shaded == {"calculate": "isValid(datum.share) ? datum.share : -1", "as": "shade"}, "a gap is not drawn"
    assert dots["encoding"]["color"]["condition"]["test"] == "datum.shade < 0"
    assert dots["params"][0]["name"] == "pick"


def test_stacked_forces_sum_to_the_output(forest: Attributions) -> None:
    drawn = view(forest, picture="stack", k=3)
    for row in set(forest.rows[:20]) & {mark["row"] for mark in drawn.rows}:
        at = forest.rows.index(row)
        total = sum(mark["value"] for mark in drawn.rows if mark["row"] == row)
        assert total == pytest.approx(forest.outputs[at] - forest.base[at])


def test_paths_end_at_the_output(forest: Attributions) -> None:
    drawn = view(forest, picture="paths", k=3)
    last = {mark["row"]: mark["reached"] for mark in drawn.rows}
    first = {mark["row"]: mark["reached"] for mark in reversed(drawn.rows)}
    assert first == {row: pytest.approx(forest.base[forest.rows.index(row)]) for row in last}
    for row, reached in last.items():
        assert reached == pytest.approx(forest.outputs[forest.rows.index(row)])


def test_the_words_name_the_largest_and_its_direction(forest: Attributions) -> None:
    drawn = view(forest)
    assert "moves most with a (" in drawn.sentence
    assert "high values push up" in drawn.sentence
    assert drawn.table["feature"][0] == "a"
    assert drawn.table["higher values push"][0] == "up"


def test_many_rows_are_thinned_for_the_eye_only() -> None:
    random = np.random.default_rng(0)
    values = random.normal(size=(900, 2))
    result = Attributions(
        ("a", "b"), tuple(range(900)), tuple(map(str, range(900))), values, ((1.0, "x"),) * 900,
        np.zeros(900), values.sum(axis=1), "target", "y",
    )  # fmt: skip  # one line a kind of thing
    drawn = view(result, picture="swarm")
    assert len(drawn.rows) == 2 * attributions.MOST["swarm"]
    chosen = {mark["row"] for mark in drawn.rows}
    assert {int(values.sum(axis=1).argmin()), int(values.sum(axis=1).argmax())} <= chosen
    assert "900 rows" in drawn.sentence


def test_a_slow_model_shows_how_far_it_is() -> None:
    told: list[float] = []
    model, table = case("random forest, regression")
    engine.explain("shap_summary", model, table, rows=100, progress=lambda done, _step: told.append(done))
    assert len(set(told)) == 5
    assert told == sorted(told)


def test_the_article_s_network_has_both_importances(shared_data: Path) -> None:
    """The Keras network that explains the happiness of 156 countries with dalex: both lists, each by its definition."""
    file = Path(__file__).parents[1] / "keras_files" / "data" / "keras3-happiness.keras"
    table = read_table((shared_data / "happiness.csv").read_bytes(), "happiness.csv", target="score")
    found = match(read_model(file.read_bytes(), "happiness.keras"), table)
    many = engine.explain("shap_summary", found.model, found.table, rows=12, background=156)
    assert isinstance(many, Attributions)

    def said(frame: pd.DataFrame) -> np.ndarray:
        return found.model.predict(frame)[:, 0]

    for at in (0, 7):
        values, base, whole = oracle.marginal(said, found.table.instance(many.rows[at]), found.table.inputs)
        assert many.values[at] == pytest.approx(values, abs=1e-6)
        assert (many.base[at], many.outputs[at]) == pytest.approx((base, whole), abs=1e-6)
    lost = engine.explain("permutation_importance", found.model, found.table, rounds=3, report="loss")
    truth, random = table.frame["score"].to_numpy(), np.random.default_rng(0)
    for turn in range(3):
        order = random.permutation(len(truth))
        for place, name in enumerate(lost.features):
            changed = found.table.inputs.assign(**{name: found.table.inputs[name].to_numpy()[order]})
            assert lost.rounds[place, turn] == pytest.approx(np.sqrt(((said(changed) - truth) ** 2).mean()), rel=2e-6)
    assert set(lost.features) == set(many.features)
