"""What a person may say about a model that the model does not say itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from core.errors import ModelError
from core.models.rows import placeholders
from core.types import Task

MAX_COLUMNS = 200_000
MAX_ENCODED = 2_000_000
"""Columns that a pipeline's last step may take: words and their neighbours are more than any table has columns."""


@dataclass(frozen=True, slots=True)
class Options:
    """Given by the caller of ``wrap``; None means "find out". ``most`` is how many columns there may be."""

    features: tuple[str, ...] | None = None
    classes: tuple[str, ...] | None = None
    task: Task | None = None
    predict_function: Callable[[Any, Any], Any] | None = None
    owned: bool = False
    most: int = MAX_COLUMNS

    def name_features(self, kind: str, found: Sequence[Any] | None, count: int | None) -> tuple[tuple[str, ...], bool]:
        """Feature names and whether they are real: given, found, or placeholders for a known number.

        Raises
        ------
        ModelError
            If nothing is known, or the given names do not fit.
        """
        known = len(found) if found is not None else count
        if self.features is not None:
            if known is not None and known != len(self.features):
                raise ModelError(
                    f"{len(self.features)} feature names were given, but {kind} takes {known}.",
                    hint="Name the columns that it was trained with, in that order.",
                )
            return self.features, True
        if found is not None:
            return tuple(str(name) for name in found), True
        if count is None:
            raise ModelError(
                f"{kind} does not say which columns it takes.",
                "It keeps neither their names nor their number.",
                "Name them: model(estimator, features=[…]).",
            )
        if not 0 < count <= self.most:
            raise ModelError(f"{kind} says that it takes {count:,} columns.", "No table has so many.")
        return placeholders(count), False

    def name_classes(self, kind: str, found: Sequence[Any]) -> tuple[str, ...]:
        """Class names: given or found, as text.

        Raises
        ------
        ModelError
            If there are fewer than two, or the given names do not fit.
        """
        names = tuple(str(name) for name in found)
        if self.classes is not None and len(self.classes) != len(names):
            raise ModelError(
                f"{len(self.classes)} class names were given, but {kind} has {len(names)}.",
                f"Its own are: {', '.join(names[:12])}.",
                "Give one name per class, in the model's order.",
            )
        if len(names) < 2:
            raise ModelError(
                f"{kind} knows only the class {', '.join(names) or '(none)'}.",
                "A model that always gives one answer has nothing to explain.",
                "Train it on data with at least two classes.",
            )
        if len(set(names)) != len(names):
            raise ModelError(f"Two classes of {kind} have the same name.", f"They are: {', '.join(names[:12])}.")
        return names if self.classes is None else self.classes


def class_task(classes: Sequence[str]) -> Task:
    """Binary or multiclass."""
    return "binary" if len(classes) == 2 else "multiclass"
