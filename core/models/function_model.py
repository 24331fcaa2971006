"""A function of one's own: any callable, or an object with a predict function given beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.errors import ModelError
from core.models.adapter import Facts, real
from core.models.links import two_columns
from core.models.options import Options, class_task
from core.types import Contributions, Task


@dataclass(frozen=True, slots=True, eq=False)
class FunctionEngine:
    """Calls a function with the frame as it is.

    A binary classifier may give one probability per row (of the second class) or both columns.
    """

    function: Callable[[Any], Any]
    task: Task

    def predict(self, rows: Any) -> Any:
        """The function's answer."""
        values = real(self.function(rows), "The function")
        if self.task == "binary" and (values.ndim == 1 or values.shape[1] == 1):
            return two_columns(values)
        return values

    def margin(self, rows: Any) -> Any:
        """The target itself; only regression names a scale."""
        return self.predict(rows)

    def contributions(self, rows: Any) -> Contributions | None:
        """None: a function attributes nothing."""
        return None


def adapt(estimator: Any, options: Options) -> tuple[Facts, FunctionEngine] | None:
    """Facts and calls for a function; None for anything that cannot be called.

    Raises
    ------
    ModelError
        If the columns are not named.
    """
    if options.predict_function is None and not callable(estimator):
        return None
    given = options.predict_function
    kind = getattr(estimator, "__qualname__", type(estimator).__name__)
    found = getattr(estimator, "feature_names_in_", None)
    features, named = options.name_features(f"The function {kind}", found, getattr(estimator, "n_features_in_", None))
    classes = options.classes or tuple(str(name) for name in getattr(estimator, "classes_", ()))
    task: Task = options.task or (class_task(classes) if classes else "regression")
    if task != "regression" and not classes:
        if task == "multiclass":
            raise ModelError(
                "The names of the classes are missing.", hint="Give them: model(f, classes=['a', 'b', 'c'])."
            )
        classes = ("0", "1")
    facts = Facts(
        family="function",
        kind=kind,
        task=task,
        classes=() if task == "regression" else classes,
        features=features,
        named=named,
        margin_scale="target" if task == "regression" else None,
    )
    function = estimator if given is None else lambda rows: given(estimator, rows)
    return facts, FunctionEngine(function, task)
