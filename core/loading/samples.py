"""The samples that come with the product: cards, tables and fitted models, checked against the manifest's digests."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from core.errors import InputError, ModelError, unknown_name
from core.loading.tables import read_table
from core.types import Model, Table, Task

FOLDER = Path(__file__).resolve().parents[2] / "sample_models"


@dataclass(frozen=True, slots=True)
class About:
    """One column in words.

    Attributes
    ----------
    name : str
    text : str
        What it is.
    unit : str
        Empty where it has none.
    """

    name: str
    text: str
    unit: str


@dataclass(frozen=True, slots=True)
class Sample:
    """A model that comes with the product, and its card.

    Attributes
    ----------
    id, title : str
    table : str
        Id of its table; several models may share one.
    task : Task
    classes : tuple of str
        In output order; the second one is explained when there are two.
    unit : str
        Of a regression's target.
    kind : str
        The model in words.
    predicts, data, licence, limits : str
        The card, in plain words.
    scores : mapping of str to float
        On the rows from ``held_out_from`` on, which the model was not trained with.
    held_out_from : int
    features : tuple of About
    target, label : str
        Columns of the table; ``label`` may be empty.
    file : str
        The model's file.
    """

    id: str
    title: str
    table: str
    task: Task
    classes: tuple[str, ...]
    unit: str
    kind: str
    predicts: str
    data: str
    licence: str
    limits: str
    scores: Mapping[str, float]
    held_out_from: int
    features: tuple[About, ...]
    target: str
    label: str
    file: str

    @property
    def score(self) -> str:
        """The held-out scores in one line."""
        said = ", ".join(f"{name} {value:.3g}" for name, value in self.scores.items())
        unit = f" {self.unit.split(',')[0]}" if self.unit and "mean error" in self.scores else ""
        return f"{said}{unit}, on rows it was not trained with"


@lru_cache(maxsize=1)
def _manifest() -> dict[str, Any]:
    """The manifest that ``sample_models/build.py`` wrote."""
    found: dict[str, Any] = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))
    return found


@lru_cache(maxsize=1)
def samples() -> tuple[Sample, ...]:
    """Every sample model, the one that the app opens with first."""
    manifest = _manifest()
    tables = {table["id"]: table for table in manifest["tables"]}
    return tuple(_sample(entry, tables[entry["table"]]) for entry in manifest["models"])


def _sample(entry: dict[str, Any], table: dict[str, Any]) -> Sample:
    """One entry of the manifest as a value."""
    about = tuple(About(name, text, unit) for name, (text, unit) in table["features"].items())
    own = {key: entry[key] for key in ("id", "title", "table", "task", "kind", "predicts", "data", "licence", "limits")}
    return Sample(
        **own,
        classes=tuple(entry["classes"]),
        unit=entry.get("unit", ""),
        scores=MappingProxyType(entry["scores"]),
        held_out_from=entry["held_out_from"],
        features=about,
        target=table["target"],
        label=table["label"],
        file=entry["file"],
    )


def sample(sample_id: str) -> Sample:
    """One sample by its id.

    Raises
    ------
    InputError
        If there is none of this id; the message names the nearest.
    """
    found = {entry.id: entry for entry in samples()}
    if sample_id not in found:
        raise unknown_name("sample", sample_id, found)
    return found[sample_id]


def load_sample_table(table_id: str) -> Table:
    """The table of a sample, by the table's id or by that of a model.

    Raises
    ------
    InputError
        If there is none of this id, or the file was changed.
    """
    entries = {entry["id"]: entry for entry in _manifest()["tables"]}
    entry = entries.get(table_id) or entries[sample(table_id).table]
    try:
        data = _content(entry["file"])
    except ModelError as error:
        raise InputError(error.what, error.why, error.hint) from error
    return read_table(data, entry["title"], target=entry["target"], label=entry["label"])


def sample_bytes(sample_id: str) -> bytes:
    """The file of a sample's model.

    Raises
    ------
    InputError, ModelError
        If there is none of this id, or the file was changed.
    """
    return _content(sample(sample_id).file)


def load_sample_model(sample_id: str) -> Model:
    """A sample model, in this process: the file is ours, and its digest is checked first.

    Raises
    ------
    InputError
        If there is none of this id.
    ModelError
        If the file was changed, or does not load with the libraries installed.
    """
    from core.models import wrap

    entry = sample(sample_id)
    data = _content(entry.file)
    try:
        estimator = _open(data, entry)
    except Exception as error:  # what a library raises on another version's file cannot be foreseen
        raise ModelError(
            f"The sample '{entry.title}' does not load.",
            f"{type(error).__name__}: {str(error)[:200]}",
            "Install the versions of requirements.txt, or rebuild the samples: python sample_models/build.py.",
        ) from error
    digest = _manifest()["files"][entry.file][:32]
    return wrap(estimator, name=entry.title, fingerprint=digest, classes=entry.classes or None)


def _open(data: bytes, entry: Sample) -> Any:
    """The library's own object; called with checked bytes only."""
    if entry.file.endswith(".ubj"):
        import xgboost

        booster = xgboost.Booster()
        booster.load_model(bytearray(data))
        return booster
    if entry.file.endswith(".txt"):
        import lightgbm

        return lightgbm.Booster(model_str=data.decode())
    import joblib

    return joblib.load(io.BytesIO(data))


def _content(file: str) -> bytes:
    """The bytes of a sample file, if they are those of the manifest."""
    try:
        data = (FOLDER / file).read_bytes()
    except OSError as error:
        raise ModelError(f"The sample file {file} is missing.", f"{error.strerror}.", _REBUILD) from error
    if hashlib.sha256(data).hexdigest() != _manifest()["files"][file]:
        raise ModelError(f"The sample file {file} was changed.", "Its digest is not that of the manifest.", _REBUILD)
    return data


_REBUILD = "Get it again, or rebuild the samples: python sample_models/build.py."
