"""What holds for the view of every kind: constant spec, plain rows of one shape, texts from outside in the data only."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.errors import InputError
from core.results import KINDS, Attribution, Change, Nudge, Nudges, Profile
from core.types import Feature, Schema
from core.views import VIEWS, View, palette, view

EVIL = "<img src=x onerror=alert(1)>"


def attribution(seed: int = 0, p: int = 14, names: str = "feature", **given: Any) -> Attribution:
    values = np.random.default_rng(seed).normal(size=p)
    body: dict[str, Any] = {
        "features": tuple(f"{names} {place}" for place in range(p)),
        "values": values,
        "data": tuple(float(place) for place in range(p)),
        "base": 0.5,
        "output": 0.5 + float(values.sum()),
        "scale": "log-odds",
        "label": "yes",
    }
    return Attribution(**(body | given))


def profile(seed: int = 0, name: str = "age", ordered: bool = True, label: str = "yes") -> Profile:
    grid: tuple[Any, ...] = tuple(range(11)) if ordered else ("own", "rent", "owes", None)
    values = np.random.default_rng(seed).random((1, len(grid)))
    return Profile(name, grid, values, ("row 3",), (grid[2],), values[:, 2], "probability", label, ordered, 0.5)


def nudges(name: str = "age", label: str = "yes") -> Nudges:
    moves = (Change(name, 30, 35), Change("home", "own", EVIL))
    return Nudges(
        (name, "home"), (30, "own"), "yes at last", 0.4, (0.5, 1), "probability", label, (Nudge(moves, 0.6, 0.1),)
    )


def pairs() -> list[tuple[Any, Any]]:
    return [
        (attribution(0), attribution(1, names=EVIL, label=EVIL)),
        (profile(0), profile(1, EVIL, label=EVIL)),
        (profile(0, ordered=False), profile(1, EVIL, ordered=False, label=EVIL)),
        (nudges(), nudges(EVIL, EVIL)),
    ]


def test_every_kind_has_a_view() -> None:
    assert set(VIEWS) == set(KINDS)


@pytest.mark.parametrize("pair", pairs(), ids=["attribution", "profile", "levels", "nudges"])
class TestContract:
    def test_the_spec_is_constant_and_free_of_names(self, pair: tuple[Any, Any]) -> None:
        first, second = view(pair[0]), view(pair[1])
        assert first.spec == second.spec
        assert EVIL not in json.dumps(second.spec)
        assert first.spec["data"] == {"name": "rows"}

    def test_rows_are_plain_records_of_one_shape(self, pair: tuple[Any, Any]) -> None:
        for shown in map(view, pair):
            assert json.loads(json.dumps(shown.rows, allow_nan=False)) == shown.rows
            assert len({tuple(row) for row in shown.rows}) == 1
            for name in shown.rows[0]:  # one type per column: the app sends them as Arrow
                assert len({type(row[name]) for row in shown.rows if row[name] is not None} - {int}) <= 1

    def test_the_view_says_something(self, pair: tuple[Any, Any]) -> None:
        for shown in map(view, pair):
            assert isinstance(shown, View)
            assert isinstance(shown.table, pd.DataFrame)
            assert shown.sentence.endswith(".")
            assert shown.sentence in shown.alt

    def test_the_theme_is_an_option(self, pair: tuple[Any, Any]) -> None:
        assert palette.INKS[True] in json.dumps(view(pair[0], dark=True).spec)
        assert palette.INKS[False] in json.dumps(view(pair[0], dark=False).spec)


def test_an_unknown_kind_is_told() -> None:
    class Odd:
        kind = "odd"
        checks = ()
        provenance = None

    with pytest.raises(InputError, match="odd"):
        view(Odd())  # type: ignore[arg-type]


def luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))


def contrast(first: str, second: str) -> float:
    light, dark = sorted([luminance(first), luminance(second)], reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("back", ["#ffffff", "#0e1117"])
@pytest.mark.parametrize("colour", [palette.UP, palette.DOWN, palette.NEUTRAL, palette.MARK])
def test_shapes_stand_out_on_both_themes(colour: str, back: str) -> None:
    assert contrast(colour, back) >= 3  # WCAG 1.4.11, graphical objects


def test_text_is_readable() -> None:
    unknown, light, dark = palette.INKS[None], palette.INKS[False], palette.INKS[True]
    assert min(contrast(unknown, "#ffffff"), contrast(unknown, "#0e1117")) >= 4
    assert contrast(light, "#ffffff") >= 7
    assert contrast(dark, "#0e1117") >= 7


def simulate_deuteranopia(colour: str) -> np.ndarray:
    rgb = np.array([int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]) ** 2.2
    matrix = np.array([[0.29275, 0.70725, -0.02234], [0.29275, 0.70725, -0.02234], [-0.02234, 0.02234, 1.0]])
    return np.asarray(np.clip(matrix @ rgb, 0, 1) ** (1 / 2.2))


def test_up_and_down_differ_for_colour_blind_eyes() -> None:
    assert np.linalg.norm(simulate_deuteranopia(palette.UP) - simulate_deuteranopia(palette.DOWN)) > 0.5


def test_schema_and_feature_options() -> None:
    schema = Schema((Feature("age", "integer", 20, 40), Feature("home", "categorical", levels=("own",))))
    row = view(nudges(), schema=schema).rows[1]
    assert (row["start"], row["end"]) == (0.5, 0.75)
