"""What every adapter shares: the facts of a model, the calls into its library, and errors in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, cast

import numpy as np
import pandas as pd

from core import fingerprint
from core.errors import ExplorerError, InputError, ModelError, NotApplicable
from core.models.failures import in_words
from core.portable import Portable
from core.types import Array, Contributions, Scale, Task


class Engine(Protocol):
    """The calls into one library; ``rows`` is a frame, or what a pipeline's front hands on (array, sparse matrix).

    Results may have any float dtype and one or two dimensions; ``AdaptedModel`` gives them their final form.
    """

    def predict(self, rows: Any) -> Any:
        """Probability of every class, shape (n, n_classes), or target values, shape (n,)."""

    def margin(self, rows: Any) -> Any:
        """The additive scale, shape (n,) or (n, n_margins); only asked where the facts name a scale."""

    def contributions(self, rows: Any) -> Contributions | None:
        """The library's own attribution, one column per column of ``rows``; None when it has none."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What an adapter found out about an estimator.

    Attributes
    ----------
    family, kind, task, classes, features, margin_scale
        As in ``core.types.Model``.
    named : bool
        False when the model only knows how many columns it takes; ``features`` are then placeholders
        (``x0``, ``x1``…) until ``rebind`` names them.
    levels : mapping of str to tuple
        Levels of categorical features that the model was trained with, where it keeps them.
    notes : tuple of str
        What a person should know before reading the predictions, in words.
    brings_table : bool
        True when the file or object holds the data too, as a dalex Explainer does (``core.table`` takes them out).
    """

    family: str
    kind: str
    task: Task
    classes: tuple[str, ...]
    features: tuple[str, ...]
    named: bool
    margin_scale: Scale | None = None
    levels: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    brings_table: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class AdaptedModel:
    """A fitted estimator behind ``core.types.Model``.

    Attributes
    ----------
    name, fingerprint : str
    facts : Facts
    engine : Engine
    native : object
        The library's own object (estimator, pipeline, booster, session, function). Never write to it.
    residual_function : callable or None
        ``residual_function(native, frame, truth)``, a person's own idea of how wrong each row is, shape (n_rows,).
    explained : int or None
        The output explained where a question names none.
    """

    name: str
    fingerprint: str
    facts: Facts
    engine: Engine
    native: Any
    residual_function: Callable[[Any, pd.DataFrame, Any], Any] | None = None
    explained: int | None = None
    _memo: dict[str, Any] = field(default_factory=dict, repr=False)  # the portable form, converted once

    @property
    def family(self) -> str:
        """Which adapter."""
        return self.facts.family

    @property
    def kind(self) -> str:
        """The estimator in words."""
        return self.facts.kind

    @property
    def task(self) -> Task:
        """What the model predicts."""
        return self.facts.task

    @property
    def classes(self) -> tuple[str, ...]:
        """Class names in output order; empty for regression."""
        return self.facts.classes

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the columns it takes, in its order."""
        return self.facts.features

    @property
    def named(self) -> bool:
        """False while ``features`` are placeholders."""
        return self.facts.named

    @property
    def levels(self) -> Mapping[str, tuple[Any, ...]]:
        """Levels of categorical features that the model was trained with, where it keeps them."""
        return self.facts.levels

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know before reading the predictions."""
        return self.facts.notes

    @property
    def brings_table(self) -> bool:
        """True when the file or object that the model came in holds data, too."""
        return self.facts.brings_table

    @property
    def margin_scale(self) -> Scale | None:
        """The additive scale under the prediction, None when there is none."""
        return self.facts.margin_scale

    def predict(self, frame: pd.DataFrame) -> Array:
        """Predict, shape (n_rows, n_outputs); see ``core.types.Model``.

        Raises
        ------
        ModelError
            If the model fails on these rows, or answers with something that is not a number.
        """
        outputs = max(1, len(self.facts.classes))
        return self._finite(self._ask(self.engine.predict, frame), len(frame), outputs)

    def margin(self, frame: pd.DataFrame) -> Array:
        """Predict in ``margin_scale``, shape (n_rows, n_margins).

        Raises
        ------
        NotApplicable
            If the model has no such scale.
        """
        if self.facts.margin_scale is None:
            raise NotApplicable(
                f"{self.kind} has no additive scale.", "It gives final predictions only.", "Explain the prediction."
            )
        return self._finite(self._ask(self.engine.margin, frame), len(frame), margins(self.facts))

    def contributions(self, frame: pd.DataFrame) -> Contributions | None:
        """The library's own additive attribution; None when it has none."""
        found = self._ask(self.engine.contributions, frame)
        return cast("Contributions | None", found)

    def portable(self) -> Portable | None:
        """The model as plain arrays; None when it does not convert. Converted once."""
        if "portable" not in self._memo:
            from core.portable.convert import portable_of

            own = self.family == "function"  # its native object may be an estimator with another answer
            converted = None if own else portable_of(self.native, self.features, self.task, self.classes)
            self._memo["portable"] = converted
        return cast("Portable | None", self._memo["portable"])

    def why_not_portable(self) -> str:
        """What keeps the model from converting, in words; empty where it converts, or is a function of one's own."""
        from core.portable.convert import why_not

        own = self.family == "function"
        return "" if own else why_not(self.native, self.features, self.task, self.classes)

    def _ask(self, call: Callable[[Any], Any], frame: pd.DataFrame) -> Any:
        """Call the library once; whatever it raises becomes a sentence."""
        if tuple(frame.columns) != self.facts.features:
            raise InputError(
                "The columns are not those of the model.",
                f"{self.kind} takes {len(self.features)} columns in its own order.",
                "Match the table and the model first (core.loading.match).",
            )
        try:
            return call(frame)
        except ExplorerError:
            raise
        except Exception as error:  # libraries raise anything, XGBoost its own root
            raise in_words(self.kind, error, frame) from error

    def _finite(self, values: Any, rows: int, outputs: int) -> Array:
        """Bring an answer to shape (rows, outputs) in float64 and refuse what is not a number."""
        array = real(values, self.kind)
        if array.ndim == 1:
            array = array.reshape(-1, 1)
        if array.shape != (rows, outputs):
            raise ModelError(
                f"{self.kind} answers in a form that does not fit.",
                f"For {rows} rows it gave numbers of shape {array.shape}; one per row and "
                f"{'class' if self.facts.classes else 'target'} was expected ({outputs}).",
                "Models with several targets are not supported: use one model per target."
                if not self.facts.classes
                else "Check the predict function and the classes.",
            )
        finite = np.isfinite(array)
        if not finite.all():
            bad = ~finite.all(axis=1)
            raise ModelError(
                f"{self.kind} gave no number for {int(bad.sum())} of {rows} rows.",
                f"The first is row {int(np.argmax(bad))} of those it was asked: {array[np.argmax(bad)].tolist()}.",
                "Values far outside the training data overflow some models; missing values upset others.",
            )
        return array


def real(values: Any, kind: str) -> Array:
    """Bring an answer to float64, unless it has imaginary parts: numpy would leave them out with a warning.

    Raises
    ------
    ModelError
        If a number of it is complex.
    """
    if not np.iscomplexobj(values):
        return np.asarray(values, dtype=np.float64)
    if np.any(np.imag(values)):
        raise ModelError(
            f"{kind} answers with complex numbers.",
            "A prediction is one real number for each row, or one for each class.",
            "Fit the model with real numbers.",
        )
    return np.asarray(np.real(values), dtype=np.float64)


def margins(facts: Facts) -> int:
    """How many margins a model has: one for binary and regression, one per class for several."""
    return len(facts.classes) if facts.task == "multiclass" else 1


def rebind(model: AdaptedModel, features: tuple[str, ...]) -> AdaptedModel:
    """Give names to the columns of a model that only knows how many it takes.

    Parameters
    ----------
    model : AdaptedModel
    features : tuple of str, length n_features
        In the model's order.

    Raises
    ------
    InputError
        If the number of names differs or one is there twice.
    """
    names = tuple(str(name) for name in features)
    if len(names) != len(model.features) or len(set(names)) != len(names):
        raise InputError(
            f"{len(names)} names do not fit {model.kind}.",
            f"It takes {len(model.features)} columns, each with its own name.",
            "Leave out the target and other columns that the model was not trained with.",
        )
    levels = {new: model.levels[old] for new, old in zip(names, model.features, strict=True) if old in model.levels}
    facts = replace(model.facts, features=names, named=True, levels=levels)
    digest = fingerprint.of_params([model.fingerprint, list(names)])
    return replace(model, fingerprint=digest, facts=facts, _memo={})
