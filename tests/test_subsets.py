"""Subsets against scipy's own tests, loops, and a fault that was put in on purpose."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ttest_ind

from core import engine, export
from core.conditions import mask
from core.errors import InputError, NotApplicable
from core.instances import Query, select, truth
from core.loading.frames import from_frame
from core.methods.subsets import losses
from core.models import wrap
from core.results import Subsets
from core.subsets import cuts, holm, search
from core.types import Table
from core.views import view
from tests.contract_cases import case


def made(rows: int = 600, seed: int = 0) -> tuple[Table, np.ndarray]:
    """Losses that are larger exactly where a is high and b is x."""
    random = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {"a": random.normal(size=rows), "b": random.choice(list("xyz"), rows), "c": random.random(rows)}
    )
    loss = random.gamma(2, 1, rows) + 3.0 * ((frame["a"] > 0.7) & (frame["b"] == "x"))
    return from_frame(frame, "made", target=""), loss.to_numpy()


def test_every_part_is_a_partition_of_its_feature() -> None:
    _, table = case("pipeline with text levels")
    for feature in table.schema.features:
        held = np.stack([mask(table.frame, table.schema, [part]) for part in cuts(table.frame, feature, 4)])
        assert (held.sum(axis=0) == 1).all(), feature.name


def test_each_number_equals_scipy_and_loops() -> None:
    table, loss = made()
    found = search(table.frame, table.schema, loss, bins=3, least=20, pairs=True)
    plain = []
    for one in found:
        held = mask(table.frame, table.schema, one.parts)
        assert one.rows == held.sum()
        assert one.loss == pytest.approx(loss[held].mean())
        assert one.error == pytest.approx(loss[held].std(ddof=1) / np.sqrt(held.sum()))
        plain.append(ttest_ind(loss[held], loss[~held], equal_var=False, alternative="greater").pvalue)
    parts = [part for feature in table.schema.features for part in cuts(table.frame, feature, 3)]
    tests = len(parts)
    for at, one in enumerate(parts):
        for two in parts[at + 1 :]:
            both = mask(table.frame, table.schema, [one, two]).sum()
            tests += one.feature != two.feature and 20 <= both <= len(loss) - 20
    first = int(np.argmin(plain))
    assert found[first].chance == pytest.approx(min(1.0, plain[first] * tests)), "Holm's smallest is Bonferroni's"


def test_the_fault_that_was_put_in_is_found_and_named() -> None:
    table, loss = made()
    worst = search(table.frame, table.schema, loss, bins=4, least=20, pairs=True)[0]
    assert {part.feature for part in worst.parts} == {"a", "b"}
    assert next(part.level for part in worst.parts if part.feature == "b") == "x"
    assert worst.chance < 1e-6


def test_without_a_fault_luck_is_not_called_one() -> None:
    alarms = 0
    for seed in range(40):
        table, _ = made(seed=seed)
        loss = np.random.default_rng(1000 + seed).gamma(2, 1, len(table))
        alarms += search(table.frame, table.schema, loss, bins=4, least=20, pairs=True)[0].chance <= 0.05
    assert alarms <= 6, "at 5 % two of forty are expected; uncorrected it would be nearly all"


def test_a_pair_is_listed_only_where_it_is_worse_than_both_of_its_conditions() -> None:
    table, loss = made()
    found = search(table.frame, table.schema, loss, bins=4, least=20, pairs=True)
    alone = {one.parts[0]: one.loss for one in found if len(one.parts) == 1}
    for one in found:
        if len(one.parts) == 2:
            assert one.loss > max(alone[part] for part in one.parts)


def test_holm_on_numbers_of_a_textbook() -> None:
    assert holm(np.array([0.01, 0.04, 0.03, 0.005])) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_losses_that_do_not_vary_are_no_division_by_zero() -> None:
    table, _ = made()
    level = (table.frame["b"] == "x").to_numpy().astype(float)
    found = search(table.frame, table.schema, level, bins=3, least=20, pairs=False)
    assert found[0].parts[0].level == "x"
    assert found[0].chance == 0
    assert all(one.chance == 1 for one in search(table.frame, table.schema, level * 0, bins=3, least=20, pairs=True))


def test_losses_of_each_task() -> None:
    said, known = np.array([[0.9, 0.1], [0.4, 0.6]]), np.array([0.0, 0.0])
    assert list(losses(("n", "y"), said, known, "auto")[0]) == [0, 1]
    assert losses(("n", "y"), said, known, "log_loss")[0] == pytest.approx(-np.log([0.9, 0.4]))
    assert list(losses((), np.array([[3.0], [1.0]]), np.array([1.0, 1.5]), "squared")[0]) == [4, 0.25]
    with pytest.raises(InputError, match="does not fit"):
        losses((), said, known, "wrong")


def test_the_method_draws_and_its_subsets_open_their_rows() -> None:
    random = np.random.default_rng(4)
    frame = pd.DataFrame({"a": random.normal(size=400), "b": random.choice(["x", "<b>"], 400)})
    frame["y"] = frame["a"] * 2 + np.where(frame["b"] == "<b>", random.normal(0, 5, 400), 0)
    from sklearn.linear_model import LinearRegression

    model, table = wrap(LinearRegression().fit(frame[["a"]], frame["y"])), from_frame(frame, "t", target="y")
    from core.loading.match import match

    both = match(model, table)
    # the model takes a only: the subsets are those of its own features
    result = engine.explain("subsets", both.model, both.table)
    assert isinstance(result, Subsets)
    assert {part.feature for one in result.subsets for part in one.parts} == {"a"}
    known = truth(both.model, both.table)
    predicted = both.model.predict(both.table.inputs)
    part = result.subsets[0].parts
    rows = select(both.model, both.table, predicted, 0, Query(condition="largest error", where=part))
    off = np.abs(known - predicted[:, 0])[rows]
    assert len(rows) == result.subsets[0].rows
    assert off.mean() == pytest.approx(result.subsets[0].loss)
    assert (np.diff(off) <= 0).all()
    for picture in ("worst", "funnel"):
        assert view(result, picture=picture).rows
    assert export.to_json(result)["subsets"][0]["rows"] == result.subsets[0].rows


def test_hostile_levels_are_data_and_performance_counts_only_the_rows_asked() -> None:
    model, table = case("pipeline with text levels")
    result = engine.explain("subsets", model, table, min_rows=10)
    assert isinstance(result, Subsets)
    for picture in ("worst", "funnel"):
        drawn = view(result, picture=picture, schema=table.schema)
        assert "|x|" not in str(drawn.spec)
        assert "<i>" not in str(drawn.spec)
    part = engine.explain("performance", model, table, where="age > 40")
    assert part.rows == (table.frame["age"] > 40).sum()  # type: ignore[attr-defined]
    with pytest.raises(InputError, match="meets the conditions"):
        engine.explain("performance", model, table, where="age > 4000")


def test_a_table_without_truth_is_refused() -> None:
    model, table = case("random forest, regression")
    with pytest.raises(NotApplicable, match="not known"):
        engine.explain("subsets", model, from_frame(table.inputs, "blind", target=""))
