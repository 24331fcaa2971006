"""scikit-learn Pipelines and searches: the front encodes, the last step's own adapter answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from core.errors import ModelError
from core.models.adapter import Engine, Facts
from core.models.encoding import Sources, encoded_sources
from core.models.options import MAX_ENCODED, Options
from core.models.plain_front import PlainFront, plain_front
from core.models.rows import plain_frame
from core.models.sklearn_estimator import require_fitted
from core.models.threads import single_threaded
from core.types import Array, Contributions

Adapt = Callable[[Any, Options], tuple[Facts, Engine]]


@dataclass(frozen=True, slots=True, eq=False)
class PipelineEngine:
    """Encodes rows with the front and asks the last step.

    Attributes
    ----------
    front : tuple
        Fitted transformers, in order.
    last : Engine
    as_frame : bool
        True when the front was fitted with named columns.
    text : bool
        True when the first step reads one column of documents.
    sources : Sources or None
        Which feature each encoded column comes from; None when one mixes several.
    n_features : int
    plain : PlainFront or None
        What the first step does, in plain arrays.
    """

    front: tuple[Any, ...]
    last: Engine
    as_frame: bool
    text: bool
    sources: Sources | None
    n_features: int
    plain: PlainFront | None = None

    def predict(self, rows: Any) -> Any:
        """The last step's prediction of the encoded rows."""
        return self.last.predict(self.encode(rows))

    def margin(self, rows: Any) -> Any:
        """The last step's margin of the encoded rows."""
        return self.last.margin(self.encode(rows))

    def contributions(self, rows: Any) -> Contributions | None:
        """The last step's attribution, encoded columns summed back to the features they come from."""
        if self.sources is None:
            return None
        inner = self.last.contributions(self.encode(rows))
        if inner is None:
            return None
        return replace(inner, values=summed(inner.values, self.sources, self.n_features))

    def encode(self, rows: Any) -> Any:
        """Rows as the last step was fitted with them."""
        front = self.front
        made = self.plain.encode(rows) if self.plain is not None and isinstance(rows, pd.DataFrame) else None
        if made is not None:
            rows, front = made, front[1:]
        elif isinstance(rows, pd.DataFrame):
            rows = plain_frame(rows)
            if self.text:
                rows = rows.iloc[:, 0].fillna("").astype(str)
            elif not self.as_frame:
                rows = rows.to_numpy()
        for step in front:
            rows = step.transform(rows)
        return rows


def summed(values: Array, sources: Sources, n_features: int) -> Array:
    """Sum encoded columns by feature: (n, n_encoded, k) to (n, n_features, k).

    Raises
    ------
    ModelError
        If the encoder made another number of columns than the map says.
    """
    if values.shape[1] != len(sources):
        raise ModelError(
            "The encoded columns cannot be traced back to yours.",
            f"The encoder made {values.shape[1]} columns, {len(sources)} were expected.",
            "Choose a method that asks only for predictions, such as permutation SHAP.",
        )
    membership = np.zeros((len(sources), n_features))
    membership[np.arange(len(sources)), sources] = 1.0
    return np.moveaxis(np.moveaxis(values, 1, 2) @ membership, 2, 1)


def adapt(estimator: Any, options: Options, inner: Adapt) -> tuple[Facts, Engine] | None:
    """Facts and calls for a pipeline or a fitted search; None for anything else."""
    if hasattr(estimator, "best_estimator_"):
        facts, engine = inner(estimator.best_estimator_, options)
        return replace(facts, kind=f"{facts.kind} found by {type(estimator).__name__}"), engine
    if not (hasattr(estimator, "steps") and hasattr(estimator, "named_steps")):
        return None
    kind = type(estimator).__name__
    require_fitted(estimator, kind)
    steps = [step for _, step in estimator.steps if step is not None and step != "passthrough"]
    front = [step for step in steps[:-1] if not hasattr(step, "fit_resample")]  # samplers only act in training
    if not steps or not hasattr(steps[-1], "predict"):
        raise ModelError(
            f"{kind} has no last step that predicts.", hint="Add the classifier or regressor and fit it again."
        )
    if not front:
        return inner(steps[-1], options)
    facts, last = inner(steps[-1], replace(options, features=None, most=MAX_ENCODED))
    found = getattr(front[0], "feature_names_in_", None)
    text = type(front[0]).__module__.startswith("sklearn.feature_extraction.text")
    count = 1 if text else getattr(front[0], "n_features_in_", None)
    features, named = options.name_features(kind, found, count)
    sources = encoded_sources(front, None if found is None else features, len(features)) if not text else None
    outside = replace(
        facts,
        kind=f"Pipeline of {' and '.join([type(step).__name__ for step in front] + [facts.kind])}",
        family="scikit-learn",
        features=features,
        named=named,
        levels={},
    )
    fitted = tuple(single_threaded(step) for step in front)
    bare = not any(hasattr(step, "feature_names_in_") for step in steps[1:])  # else frames go from step to step
    plain = plain_front(fitted[0], features) if bare and found is not None and list(found) == list(features) else None
    return outside, PipelineEngine(fitted, last, found is not None, text, sources, len(features), plain)
