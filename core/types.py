"""The values that everything else speaks in: features, tables, models, parameters."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.errors import InputError, unknown_name

if TYPE_CHECKING:
    from core.portable import Portable

Array = npt.NDArray[np.float64]
Kind = Literal["numeric", "integer", "boolean", "categorical", "text", "datetime"]
Task = Literal["binary", "multiclass", "regression"]
TASKS: tuple[Task, ...] = ("binary", "multiclass", "regression")
Scale = Literal["probability", "log-odds", "score", "target", "log-target"]
"""Units of an output: class probability; binary log-odds; a class score before the softmax; the target's own
units; the logarithm of the target (Poisson, gamma and Tweedie models)."""
UNNAMED = "prediction"
"""What the output of a model of numbers is called where no column of the table is known to be its target."""


@dataclass(frozen=True, slots=True)
class Feature:
    """One column as a person knows it.

    Attributes
    ----------
    name : str
    kind : Kind
    low, high : float or None
        Observed range of a numeric, integer or datetime column (datetime: seconds since 1970).
    quantiles : tuple of float
        At 0, 5, 25, 50, 75, 95 and 100 %; empty where ``low`` is None.
    levels : tuple
        Values of a categorical or boolean column in their own types, most frequent first (at most 1,000).
    missing : float
        Share of missing cells, 0 to 1.
    decimals : int
        Digits after the point that the data use (0 for whole numbers): the precision to round a proposal to.
    """

    name: str
    kind: Kind
    low: float | None = None
    high: float | None = None
    quantiles: tuple[float, ...] = ()
    levels: tuple[Any, ...] = ()
    missing: float = 0.0
    decimals: int = 6

    @property
    def is_ordered(self) -> bool:
        """True when values have an order and a distance (numeric, integer, datetime)."""
        return self.kind in ("numeric", "integer", "datetime")


@dataclass(frozen=True, slots=True)
class Schema:
    """The features of a table, in order, found by name."""

    features: tuple[Feature, ...]
    names: tuple[str, ...] = field(init=False, repr=False, compare=False)
    """Feature names in column order."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", tuple(feature.name for feature in self.features))

    def __getitem__(self, name: str) -> Feature:
        for feature in self.features:
            if feature.name == name:
                return feature
        raise unknown_name("feature", name, self.names)

    def __len__(self) -> int:
        return len(self.features)


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Rows to explain: an immutable frame, what its columns are, and a digest of its content.

    Attributes
    ----------
    frame : DataFrame, shape (n_rows, n_columns)
        Every column that was read, index 0..n-1. Never write to it.
    schema : Schema
        The feature columns only; after matching with a model, that model's features in its order.
    target, label, weights : str or None
        Columns that hold the true value, the row's name, and how much the row counts (``core.row_weights``).
    name : str
        Shown to people (the file's name or the sample's title).
    fingerprint : str
        Digest of the frame, the schema and the three roles.
    notes : tuple of str
        What the loader found and did ("separator ;", "2 columns renamed"), in words.
    """

    frame: pd.DataFrame
    schema: Schema
    target: str | None
    label: str | None
    name: str
    fingerprint: str
    notes: tuple[str, ...] = ()
    weights: str | None = None
    _places: npt.NDArray[np.intp] = field(init=False, repr=False)  # found once: by name it costs 0.2 ms a row
    memo: dict[str, Any] = field(init=False, repr=False, default_factory=dict)  # views of the columns, on demand

    def __post_init__(self) -> None:
        places = self.frame.columns.get_indexer(pd.Index(self.schema.names))
        if (places < 0).any():
            raise unknown_name("column", self.schema.names[int(np.argmin(places))], map(str, self.frame.columns))
        object.__setattr__(self, "_places", places)

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def inputs(self) -> pd.DataFrame:
        """The feature columns, shape (n_rows, n_features). Never write to it."""
        return self.frame[list(self.schema.names)]

    def rows(self, positions: npt.ArrayLike) -> pd.DataFrame:
        """Feature columns of some rows, shape (len(positions), n_features), index 0..n-1, dtypes kept."""
        picked = self.frame.take(np.asarray(positions, dtype=np.int64))
        if not np.array_equal(self._places, np.arange(picked.shape[1])):
            picked = picked.take(self._places, axis=1)
        picked.index = pd.RangeIndex(len(picked))
        return picked

    def instance(self, row: int) -> pd.DataFrame:
        """One row as a frame of shape (1, n_features).

        Raises
        ------
        InputError
            If there is no such row.
        """
        return self.rows([self.position(row)])

    def position(self, row: int) -> int:
        """Return the row number, or raise an InputError if there is no such row."""
        if not 0 <= row < len(self):
            raise InputError(
                f"There is no row {row}.",
                f"'{self.name}' has {len(self):,} rows, numbered from 0.",
                f"Choose a row from 0 to {len(self) - 1}.",
            )
        return int(row)

    def truth(self, row: int) -> Any:
        """The row's true value, or None when no target is known."""
        if self.target is None:
            return None
        value = self.frame[self.target].iloc[self.position(row)]
        return None if pd.isna(value) else value

    def row_name(self, row: int) -> str:
        """The row's label, or its number."""
        position = self.position(row)
        if self.label is None:
            return f"row {row}"
        if "names" not in self.memo:
            self.memo["names"] = self.frame[self.label].array  # a column by its name costs ten times one cell
        return str(self.memo["names"][position])

    def background(self, size: int, seed: int) -> pd.DataFrame:
        """A seeded sample of the rows without replacement, shape (min(size, n_rows), n_features), in row order."""
        return self.rows(drawn(len(self), size, seed))


def drawn(count: int, size: int, seed: int) -> npt.NDArray[np.int64]:
    """A seeded sample of the positions 0..count-1 without replacement, ascending, shape (min(size, count),)."""
    if size >= count:
        return np.arange(count)
    return np.sort(np.random.default_rng(seed).choice(count, size=size, replace=False))


@dataclass(frozen=True, slots=True, eq=False)
class Contributions:
    """A library's own additive attribution of many rows.

    Attributes
    ----------
    values : ndarray, shape (n_rows, n_features, n_outputs)
        In ``scale``; columns are the model's features as a person knows them (encoded columns summed).
    base : ndarray, shape (n_rows, n_outputs)
    scale : Scale
    """

    values: Array
    base: Array
    scale: Scale


@runtime_checkable
class Model(Protocol):
    """Anything that predicts from a frame with named columns.

    Adapters in ``core/models`` implement it; each call takes many rows and costs one call of the library.
    """

    @property
    def name(self) -> str:
        """Shown to people."""

    @property
    def family(self) -> str:
        """Which adapter: ``"scikit-learn"``, ``"xgboost"``, ``"lightgbm"``, ``"catboost"``, ``"onnx"``…"""

    @property
    def kind(self) -> str:
        """The estimator in words: ``"XGBClassifier"``, ``"Pipeline of ColumnTransformer and XGBClassifier"``."""

    @property
    def task(self) -> Task:
        """What the model predicts."""

    @property
    def classes(self) -> tuple[str, ...]:
        """Class names in output order; empty for regression."""

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the columns it takes, in its order."""

    @property
    def fingerprint(self) -> str:
        """Digest of the file or of the fitted state."""

    @property
    def margin_scale(self) -> Scale | None:
        """The additive scale under the prediction (log-odds of a booster), None when there is none."""

    def predict(self, frame: pd.DataFrame) -> Array:
        """Predict, shape (n_rows, n_outputs).

        One column per class with probabilities (two for binary); one column in target units for regression.
        The frame holds exactly ``features``, in that order.

        Raises
        ------
        ModelError
            If the model fails on these rows; the message names the cause.
        """

    def margin(self, frame: pd.DataFrame) -> Array:
        """Predict in ``margin_scale``, shape (n_rows, n_margins); one margin for binary.

        Raises
        ------
        NotApplicable
            If ``margin_scale`` is None.
        """

    def contributions(self, frame: pd.DataFrame) -> Contributions | None:
        """The library's own path-dependent TreeSHAP or linear terms; None when it has none."""

    def portable(self) -> Portable | None:
        """The model as plain arrays (trees, linear, network with encoders); None when it does not convert."""


ParamKind = Literal["int", "float", "bool", "choice", "feature", "features", "text"]


@dataclass(frozen=True, slots=True)
class Param:
    """One setting of a method; pages, command line and report build their controls from it."""

    name: str
    kind: ParamKind
    default: Any
    help: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    expert: bool = True

    @property
    def title(self) -> str:
        """The name as a label: ``num_samples`` -> ``Num samples``."""
        return self.name.replace("_", " ").capitalize()
