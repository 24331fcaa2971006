"""The samples: digests, cards, scores recomputed on the held-out rows, and the rules by which tables were made."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import accuracy_score, mean_absolute_error, r2_score, roc_auc_score

from core.errors import InputError, ModelError
from core.instances import truth
from core.loading import samples as module
from core.loading.match import match
from core.loading.samples import FOLDER, load_sample_model, load_sample_table, sample, samples
from core.types import Array

IDS = [entry.id for entry in samples()]


def _script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"samples_{name}", FOLDER / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


def test_everything_is_small_and_written_down() -> None:
    manifest = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))
    assert sum((FOLDER / name).stat().st_size for name in manifest["files"]) < 3_000_000
    assert {entry.table for entry in samples()} == {table["id"] for table in manifest["tables"]}
    assert IDS[0] == "loans"
    assert len({entry.file for entry in samples()}) == len(IDS)


@pytest.mark.parametrize("sample_id", IDS)
def test_a_card_says_everything(sample_id: str) -> None:
    entry = sample(sample_id)
    for text in (entry.title, entry.kind, entry.predicts, entry.data, entry.licence, entry.limits, entry.score):
        assert len(text) > 5
    table = load_sample_table(sample_id)
    assert tuple(about.name for about in entry.features) == table.schema.names
    assert all(about.text for about in entry.features)
    assert table.target == entry.target
    assert (table.label or "") == entry.label


@pytest.mark.parametrize("sample_id", IDS)
def test_a_model_fits_its_table_without_a_word(sample_id: str) -> None:
    found = match(load_sample_model(sample_id), load_sample_table(sample_id))
    assert found.notes == ()
    assert found.model.classes == sample(sample_id).classes
    assert found.model.task == sample(sample_id).task


def _scores(known: Array, predicted: Array, task: str) -> dict[str, float]:
    if task == "regression":
        return {"R²": r2_score(known, predicted[:, 0]), "mean error": mean_absolute_error(known, predicted[:, 0])}
    found = {"accuracy": accuracy_score(known, predicted.argmax(axis=1))}
    return found | ({"ROC AUC": roc_auc_score(known, predicted[:, 1])} if task == "binary" else {})


@pytest.mark.parametrize("sample_id", IDS)
def test_the_score_on_the_card_is_that_of_the_held_out_rows(sample_id: str) -> None:
    entry, model, table = sample(sample_id), load_sample_model(sample_id), load_sample_table(sample_id)
    known = truth(model, table)
    assert known is not None
    assert not np.isnan(known).any()
    rows = np.arange(entry.held_out_from, len(table))
    assert len(rows) >= len(table) // 4
    found = _scores(known[rows], model.predict(table.rows(rows)), entry.task)
    assert found == pytest.approx(dict(entry.scores), abs=1e-4)


@pytest.mark.parametrize(("table_id", "rule"), [("loans", "loans"), ("drying", "drying")])
def test_the_made_up_tables_follow_their_rule(table_id: str, rule: str) -> None:
    made = getattr(_script("rules"), rule)()
    pd.testing.assert_frame_equal(
        load_sample_table(table_id).frame,
        made.astype({name: "float64" for name in made if made[name].dtype == "Int64" and made[name].isna().any()}),
        check_dtype=False,
    )


def test_the_loans_have_text_flags_and_gaps() -> None:
    schema = load_sample_table("loans").schema
    kinds = {feature.kind for feature in schema.features}
    assert kinds >= {"integer", "numeric", "categorical", "boolean"}
    assert {feature.name for feature in schema.features if feature.missing} == {
        "years_employed", "monthly_income", "savings", "home",
    }  # fmt: skip
    assert len(load_sample_table("loans")) >= 1_000


def test_building_again_gives_the_same_tables(tmp_path: Path) -> None:
    build = _script("build")
    for name, make in build.FRAMES.items():
        if name in ("breast-cancer", "diabetes", "wine"):
            written = make().to_csv(index=False, lineterminator="\n").encode()
            assert written == (FOLDER / f"{name}.csv").read_bytes()


def test_a_changed_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in FOLDER.iterdir():
        if path.suffix in (".joblib", ".csv", ".json"):
            (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "loans.joblib").write_bytes((FOLDER / "loans.joblib").read_bytes() + b".")
    (tmp_path / "drying.csv").unlink()
    monkeypatch.setattr(module, "FOLDER", tmp_path)
    with pytest.raises(ModelError, match="was changed"):
        load_sample_model("loans")
    with pytest.raises(InputError, match="missing"):
        load_sample_table("drying")
    assert load_sample_model("loans-linear").features


def test_an_unknown_sample_names_the_nearest() -> None:
    with pytest.raises(InputError, match="Did you mean"):
        load_sample_model("loan")
    with pytest.raises(InputError, match="no sample named"):
        load_sample_table("titanic")
