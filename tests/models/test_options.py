"""What a person may say about a model, and what is said back when it does not fit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core.errors import ModelError
from core.models.options import Options, class_task


def test_names_are_found_given_or_placeholders() -> None:
    assert Options().name_features("M", ["a", 2], None) == (("a", "2"), True)
    assert Options().name_features("M", None, 2) == (("x0", "x1"), False)
    assert Options(features=("p", "q")).name_features("M", ["a", "b"], 2) == (("p", "q"), True)
    assert Options(features=("p",)).name_features("M", None, None) == (("p",), True)


@pytest.mark.parametrize(
    ("options", "found", "count", "words"),
    [
        (Options(features=("a",)), ["a", "b"], None, "1 feature names were given, but M takes 2"),
        (Options(features=("a", "b")), None, 3, "2 feature names were given, but M takes 3"),
        (Options(features=()), None, 1, "0 feature names"),
        (Options(), None, None, "does not say which columns"),
    ],
)
def test_names_that_do_not_fit_are_refused(options: Options, found: Any, count: int | None, words: str) -> None:
    with pytest.raises(ModelError, match=words) as caught:
        options.name_features("M", found, count)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("found", "names"),
    [
        ([0, 1], ("0", "1")),
        (np.array([False, True]), ("False", "True")),
        (["ja", "nein", "größer"], ("ja", "nein", "größer")),
        (np.array([1.0, 2.0]), ("1.0", "2.0")),
    ],
)
def test_classes_are_written_as_text(found: Any, names: tuple[str, ...]) -> None:
    assert Options().name_classes("M", found) == names
    own = tuple(f"class {name}" for name in names)
    assert Options(classes=own).name_classes("M", found) == own


@pytest.mark.parametrize(
    ("classes", "found", "words"),
    [
        (None, ["only"], "knows only the class only"),
        (None, [], r"knows only the class \(none\)"),
        (None, [1, "1"], "same name"),
        (("a", "b", "c"), [0, 1], "3 class names were given, but M has 2"),
    ],
)
def test_classes_that_do_not_fit_are_refused(classes: Any, found: list[Any], words: str) -> None:
    with pytest.raises(ModelError, match=words):
        Options(classes=classes).name_classes("M", found)


def test_two_classes_are_binary() -> None:
    assert class_task(("a", "b")) == "binary"
    assert class_task(("a", "b", "c")) == "multiclass"
