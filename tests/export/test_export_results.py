from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from core import export
from core.errors import InputError
from core.export.picture import PICTURES, Format, to_picture
from core.export.public import PUBLIC
from core.results import KINDS, Attribution, Change, Check, Distribution, Nudge, Nudges, Profile, Provenance, Result
from core.views.pictures import every

HOSTILE = "<script>alert(1)</script>$\\frac{1}{0}$=x\n\x07" + "w" * 300
ORIGIN = Provenance("shap", "1", {"seed": 1, "locked": ("age",)}, 1, "f" * 32, "e" * 32, 3, 12, 0.5)
CHECK = Check("additivity", True, 1e-16, f"The bars add up {HOSTILE}")


def attribution(name: str = "income") -> Attribution:
    values = np.array([0.4, -0.1, 0.0])
    return Attribution(
        (name, "age", "city"), values, (52.5, 41, None), 0.1, 0.4, "log-odds", name, checks=(CHECK,), provenance=ORIGIN
    )


def profile(name: str = "income", *, ordered: bool = True) -> Profile:
    grid = (1.0, 2.0, 3.0) if ordered else (name, "b", "c")
    own = 2.0 if ordered else name
    values = np.array([[0.1, 0.5, 0.7]])
    return Profile(
        name,
        grid,
        values,
        (name,),
        (own,),
        np.array([0.5]),
        "probability",
        name,
        ordered,
        0.5,
        checks=(CHECK,),
        provenance=ORIGIN,
    )


def nudges(name: str = "income") -> Nudges:
    nudge = Nudge(
        (Change(name, 48_500, 52_000), Change("city", None, name)), 0.61, 0.02, {"proved": True, "ranks": (1, 2)}
    )
    return Nudges(
        (name, "city"),
        (48_500, None),
        f"{name} at least",
        0.4,
        (0.5, math.inf),
        "probability",
        name,
        (nudge,),
        checks=(CHECK,),
        provenance=ORIGIN,
    )


def led(name: str = "income") -> Nudges:
    """The same nudges with the way to them and the goal's line."""
    plain = nudges(name)
    return replace(plain, nudges=(replace(plain.nudges[0], path=(0.4, 0.45, 0.61)),), line=0.5)


SAMPLES: dict[str, Result] = {"attribution": attribution(), "profile": profile(), "nudges": nudges()}
ALL = [attribution(), profile(), profile(ordered=False), nudges(), led()]
BAD = [attribution(HOSTILE), profile(HOSTILE), profile(HOSTILE, ordered=False), nudges(HOSTILE), led(HOSTILE)]


def test_every_kind_has_its_exports() -> None:
    assert set(PUBLIC) == set(KINDS)
    assert set(PICTURES) == set(KINDS)


def test_the_public_form_of_an_attribution() -> None:
    body = export.to_json(attribution())
    assert list(body) == [
        "kind",
        "method",
        "version",
        "class",
        "scale",
        "base",
        "output",
        "features",
        "checks",
        "provenance",
    ]
    assert body["features"][0] == {"name": "income", "value": 52.5, "attribution": 0.4}
    assert body["features"][2]["value"] is None
    assert body["base"] + sum(entry["attribution"] for entry in body["features"]) == pytest.approx(body["output"])
    assert body["provenance"]["params"] == {"seed": 1, "locked": ["age"]}


def test_the_public_form_of_nudges() -> None:
    body = export.to_json(nudges())
    assert body["target"] == [0.5, None]
    assert body["nudges"][0]["changes"][0] == {"name": "income", "from": 48_500, "to": 52_000}
    assert body["nudges"][0]["output"] == 0.61
    assert body["nudges"][0]["distance"] == 0.02
    assert body["nudges"][0]["proved"] is True


def test_the_public_form_of_a_profile() -> None:
    body = export.to_json(profile())
    assert body["grid"] == [1.0, 2.0, 3.0]
    assert body["curves"] == [{"name": "income", "at": 2.0, "output": 0.5, "values": [0.1, 0.5, 0.7]}]


@pytest.mark.parametrize("result", ALL + BAD, ids=lambda result: result.kind)
def test_json_is_strict(result: Result) -> None:
    json.loads(json.dumps(export.to_json(result), allow_nan=False))


@pytest.mark.parametrize("result", ALL + BAD, ids=lambda result: result.kind)
@pytest.mark.parametrize(("fmt", "magic"), [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")])
def test_pictures_are_drawn_and_the_same_twice(result: Result, fmt: str, magic: bytes) -> None:
    first = export.to_picture(result, fmt, dpi=60)  # type: ignore[arg-type]
    assert first.startswith(magic)
    assert len(first) > 1000
    assert first == export.to_picture(result, fmt, dpi=60)  # type: ignore[arg-type]


def test_another_format_is_refused_in_words() -> None:
    with pytest.raises(InputError, match="not a picture format"):
        export.to_picture(attribution(), "gif")  # type: ignore[arg-type]


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


@pytest.mark.parametrize("result", ALL + BAD, ids=lambda result: result.kind)
def test_the_page_runs_nothing_and_asks_nobody(result: Result) -> None:
    page = export.to_html(result, f"Why? {HOSTILE}")
    tags = Tags()
    tags.feed(page)
    assert not [tag for tag, _ in tags.seen if tag in ("script", "iframe", "object", "link", "form")]
    assert not [name for _, attributes in tags.seen for name in attributes if name.startswith("on")]
    assert not re.search(r"(src|href)=\"(?!data:)", page)
    assert "default-src 'none'" in page


def test_the_page_says_what_the_result_says() -> None:
    page = export.to_html(attribution(), "Why this?")
    assert "Why this?" in page
    assert "income" in page
    assert "additivity" not in page, "checks are told in words"
    assert "The bars add up" in page
    assert "12 model evaluations" in page


def test_the_picture_of_nudges_leads_from_the_row_over_the_goal() -> None:
    """Each bar begins where the one before ends; what cannot be led is told in text."""
    from matplotlib.figure import Figure

    axes = Figure().add_subplot()
    PICTURES["nudges"](axes, led())
    bars = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in axes.patches]
    assert bars == [(0.4, pytest.approx(0.45)), (0.45, pytest.approx(0.61))]
    assert {float(line.get_xdata()[0]) for line in axes.lines if len(set(line.get_xdata())) == 1} >= {0.4, 0.5}
    assert [text.get_text() for text in axes.get_yticklabels()] == [
        "1.  income:  48,500  →  52,000",
        "1.  city:  missing  →  income",
    ]
    plain = Figure().add_subplot()
    PICTURES["nudges"](plain, nudges())
    assert not plain.patches
    assert any("48,500  →  52,000" in text.get_text() for text in plain.texts)


@pytest.mark.parametrize("fmt", ["png", "svg", "pdf"])
def test_further_pictures_take_any_text(fmt: Format) -> None:
    """A staircase and box plots of names that are formulas, scripts or of no shape."""
    bars = replace(attribution(HOSTILE), draws=np.array([[0.4, -0.2, 0.0], [0.4, 0.0, 0.1]]))
    assert list(every(bars)) == ["bars", "steps", "boxes"]
    made = {name: to_picture(bars, fmt, picture=name) for name in every(bars)}
    assert len(set(made.values())) == 3
    assert made["bars"] == to_picture(bars, fmt)
    levels = profile(HOSTILE, ordered=False)
    assert to_picture(levels, fmt, picture="bars") != to_picture(levels, fmt, picture="dots")
    with pytest.raises(InputError, match="picture"):
        to_picture(profile(), fmt, picture="bars")


def test_pictures_of_dates_have_dates_along_them() -> None:
    """Days since 1970, as the drawing counts them; a gap among the cells belongs to no day."""
    from matplotlib.figure import Figure

    days = pd.to_datetime(["2020-01-01", "2020-07-01", "2021-01-01"])
    dated = replace(profile(), grid=(*days, None), at=(days[1],), values=np.array([[0.1, 0.5, 0.7, 0.2]]))
    axes = Figure().add_subplot()
    PICTURES["profile"](axes, dated)
    known = (days - pd.Timestamp(0)) / pd.Timedelta(days=1)
    assert axes.lines[0].get_xdata()[:3] == pytest.approx(known)
    assert np.isnan(axes.lines[0].get_xdata()[3])
    assert axes.lines[1].get_xdata() == pytest.approx([known[1]])
    edges = tuple(day.isoformat() for day in days)
    spread = Distribution("when", edges, np.array([[3.0, 4.0]]), ("all rows",), 0, True, at=edges[1])
    axes = Figure().add_subplot()
    PICTURES["distribution"](axes, spread)
    assert [bar.get_x() for bar in axes.patches] == pytest.approx(known[:2])
    assert axes.lines[0].get_xdata() == pytest.approx([known[1]] * 2)
    assert "2020" in axes.xaxis.get_major_formatter()(known[0])
