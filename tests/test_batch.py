"""Many rows at once: the same as one by one, whatever the number of workers; the file holds them all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core import engine
from core.batch import every_class, explain_many, to_parquet
from core.errors import ComputeError, InputError
from core.results import Attribution, same
from tests.contract_cases import case
from tests.shapley import oracle, zoo


@pytest.mark.parametrize("method", ["shap", "lime", "break_down", "ceteris_paribus"])
@pytest.mark.parametrize("name", ["xgboost with missing values", "pipeline with text levels"])
def test_two_workers_give_what_one_gives(method: str, name: str) -> None:
    model, table = case(name)
    rows = [5, 0, 33, 12, 7, 50, 21]
    one = list(explain_many(method, model, table, rows, chunk=3))
    two = list(explain_many(method, model, table, rows, chunk=3, workers=2))
    assert len(one) == len(rows)
    for first, second, row in zip(one, two, rows, strict=True):
        assert same(first, second)
        assert first.provenance is not None
        assert first.provenance.row == row


def test_each_row_is_answered_as_alone() -> None:
    model, table = case("lightgbm, three classes")
    for row, found in zip((9, 3, 40), explain_many("shap", model, table, (9, 3, 40), workers=2, chunk=2), strict=True):
        alone = engine.explain("shap", model, table, row)
        assert isinstance(found, Attribution)
        assert isinstance(alone, Attribution)
        assert found.label == alone.label, "each row's own class"
        assert found.values == pytest.approx(alone.values, rel=1e-9, abs=1e-12)


def test_the_file_holds_every_row_and_adds_up(tmp_path: Path) -> None:
    model, table = case("xgboost with missing values")
    told: list[float] = []
    path = tmp_path / "out.parquet"
    count = to_parquet(path, "shap", model, table, chunk=40, workers=2, progress=lambda done, _: told.append(done))
    frame = pd.read_parquet(path)
    assert count == len(frame) == len(table)
    assert list(frame["row"]) == list(range(len(table)))
    features = [name for name in frame if name.startswith("feature: ")]
    assert [name.removeprefix("feature: ") for name in features] == list(table.schema.names)
    assert (frame[features].sum(axis=1) + frame["base"]).to_numpy() == pytest.approx(
        frame["output"].to_numpy(), abs=1e-6
    )
    assert told == pytest.approx([0.25, 0.5, 0.75, 1.0])


def test_every_class_of_every_row_is_that_of_shap_and_of_enumeration() -> None:
    """SH4."""
    model, table = zoo.get("forest classes")
    found = every_class("shap", model, table, (4, 0, 9), kind="interventional", background=8, workers=2)
    assert found.shape == (3, 6, 3)
    for output in range(3):

        def said(frame: pd.DataFrame, output: int = output) -> np.ndarray:
            return model.predict(frame)[:, output]

        values, _, _ = oracle.marginal(said, table.instance(0), table.background(8, 0))
        assert found[1, :, output] == pytest.approx(values, abs=1e-9)
    assert found.sum(axis=2) == pytest.approx(np.zeros((3, 6)), abs=1e-9), "chances of all classes add up to 1"
    assert every_class("break_down", *zoo.get("linear"), [3]).shape == (1, 6, 1)
    with pytest.raises(InputError, match="no attributions"):
        every_class("nudges", model, table, [0])


def test_pairs_are_shared_between_their_features(tmp_path: Path) -> None:
    model, table = case("random forest, regression")
    to_parquet(tmp_path / "out.parquet", "break_down", model, table, rows=[3, 9])
    frame = pd.read_parquet(tmp_path / "out.parquet")
    features = [name for name in frame if name.startswith("feature: ")]
    assert (frame[features].sum(axis=1) + frame["base"]).to_numpy() == pytest.approx(frame["output"].to_numpy())


def test_a_reader_that_leaves_ends_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    model, table = case("xgboost with missing values")
    asked: list[int] = []
    honest = engine.explain_rows

    def counted(method_id, model, table, rows, **options):
        asked.extend(rows)
        return honest(method_id, model, table, rows, **options)

    monkeypatch.setattr("core.batch.explain_rows", counted)
    reader = explain_many("shap", model, table, chunk=1, workers=2)
    next(reader)
    reader.close()  # type: ignore[attr-defined]
    assert len(asked) <= 8, "no further than a few chunks ahead"


def test_an_error_in_a_chunk_is_the_callers(monkeypatch: pytest.MonkeyPatch) -> None:
    model, table = case("xgboost with missing values")

    def fails(*_given, **_options):
        raise ComputeError("It broke.")

    monkeypatch.setattr("core.batch.explain_rows", fails)
    with pytest.raises(ComputeError, match="It broke"):
        list(explain_many("shap", model, table, workers=2, chunk=10))


def test_what_does_not_fit_is_told(tmp_path: Path) -> None:
    model, table = case("xgboost with missing values")
    with pytest.raises(InputError, match="single rows"):
        next(explain_many("performance", model, table))
    with pytest.raises(InputError, match="At least one"):
        next(explain_many("shap", model, table, workers=0))
    with pytest.raises(InputError, match="no row"):
        next(explain_many("shap", model, table, [9999]))
    with pytest.raises(InputError, match="no attributions"):
        to_parquet(tmp_path / "x.parquet", "nudges", model, table)
    assert np.array_equal(list(explain_many("shap", model, table, [])), [])
