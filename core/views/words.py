"""Numbers, cells and outputs in words: the one place where the product decides how a value is written."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd

from core.shown import printable
from core.types import UNNAMED, Scale
from core.views.alike import PAIR, told_apart
from core.views.outcomes import outcome as outcome  # one of the words that others take from here

MINUS = "\N{MINUS SIGN}"
LONGEST = 60
PRECISE = 10
"""A number written with at most so many digits is shown with all of them; a longer one is arithmetic's noise."""

AXIS: dict[Scale, str] = {
    "probability": "probability",
    "log-odds": "log-odds (0: even odds)",
    "score": "class score",
    "target": "prediction",
    "log-target": "logarithm of the prediction",
}
"""What an axis of each scale is called."""

AXIS_CHANGE: dict[Scale, str] = {
    "probability": "change in percentage points",
    "log-odds": "change in log-odds",
    "score": "change in class score",
    "target": "change in the prediction",
    "log-target": "change in log prediction",
}
"""What an axis of contributions in each scale is called."""


def number(value: float, digits: int = 4) -> str:
    """A number with so many significant digits, never fewer than its whole part: ``3211.52`` -> ``3,212``.

    Parameters
    ----------
    value : float
    digits : int
        Significant digits; trailing zeros are dropped.

    Examples
    --------
    >>> number(0.123456), number(-1234567.0), number(2.50)
    ('0.1235', '−1,234,567', '2.5')
    """
    if not math.isfinite(value):
        return "not a number" if math.isnan(value) else ("infinite" if value > 0 else f"{MINUS}infinite")
    size = abs(value)
    if size == 0:
        return "0"
    if size >= 1e15 or size < 1e-6:
        return f"{value:.{digits - 1}e}".replace("-", MINUS, 1 if value < 0 else 0)
    decimals = max(0, digits - 1 - math.floor(math.log10(size)))
    text = f"{size:,.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return (MINUS if value < 0 and text != "0" else "") + text


def own_number(value: float, digits: int = 4) -> str:
    """A feature's own number, short and as cells are written: a year is 1995, not 1,995.

    Examples
    --------
    >>> own_number(1995.0), own_number(12.3456), own_number(12345.6)
    ('1995', '12.35', '12,346')
    """
    text = number(value, digits)
    return text.replace(",", "") if len(text.lstrip(MINUS).partition(".")[0]) <= len("9,999") else text


def cell(value: Any, decimals: int | None = None) -> str:
    """One cell of the data as a person wrote it: levels by name, numbers in their own precision, gaps as "missing".

    Parameters
    ----------
    value : object
        A cell in its own type; None, NaN and NaT are missing.
    decimals : int, optional
        Digits after the point that the column uses (``Feature.decimals``); otherwise the value's own, at most 6
        significant.

    Examples
    --------
    >>> cell(54.0), cell(12.25), cell(None), cell("own"), cell(2019)
    ('54', '12.25', 'missing', 'own', '2019')
    """
    if value is None or value is pd.NaT or value is pd.NA:
        return "missing"
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bool | str):
        return short(str(value)) or "(empty)"
    if isinstance(value, int):
        return f"{value:,}".replace("-", MINUS) if abs(value) >= 10_000 else str(value).replace("-", MINUS)
    if isinstance(value, float):
        return _float_cell(value, decimals)
    if isinstance(value, datetime | date):
        return moment(value)
    return short(str(value))


def _float_cell(value: float, decimals: int | None) -> str:
    """A float in the column's precision, or in its own."""
    if math.isnan(value):
        return "missing"
    if decimals is not None and math.isfinite(value):
        value = round(value, decimals)
    if math.isfinite(value) and value == int(value) and abs(value) < 1e15:
        return cell(int(value))
    written = len(repr(value).strip("-0.").replace(".", "").split("e")[0])
    return own_number(value, written if written <= PRECISE else 6)


def moment(value: date) -> str:
    """A date, with its time where it has one."""
    if isinstance(value, datetime):
        bare = value.hour == value.minute == value.second == 0
        day = f"{value.year:04}-{value.month:02}-{value.day:02}"  # strftime knows no year before 1 or after 9999
        return day if bare else f"{day} {value.hour:02}:{value.minute:02}"
    return value.isoformat()


def short(text: str, longest: int = LONGEST) -> str:
    """One line of bounded length: control characters become spaces, the end becomes an ellipsis."""
    line = " ".join(printable(text).split())
    if line == _NO_KEY:
        return line + unseen(1)
    return line if len(line) <= longest else line[: longest - 1].rstrip(" …") + "…"


_NO_KEY = "__proto__"
"""Vega keeps what an axis names by its text in plain objects of the browser, where this one is not found again."""


def named(text: str, longest: int = LONGEST) -> str:
    """A feature's name of bounded length, cut in its middle: long names that begin alike differ at their ends.

    Examples
    --------
    >>> named("consumption_in_the_first_quarter", 21), named("age", 21)
    ('consumption_i…quarter', 'age')
    """
    whole = short(text, max(longest, len(text)))
    if len(whole) <= longest:
        return whole
    if 1 < len(parts := whole.split(PAIR)) < longest // 8:
        return PAIR.join(named(part, longest // len(parts) - 2) for part in parts)
    tail = longest // 3
    return f"{whole[: longest - 1 - tail].rstrip(' …')}…{whole[-tail:].lstrip(' …')}"


def apart(names: Sequence[str], longest: int = LONGEST) -> list[str]:
    """Names of bounded length for one drawing, each different: what reads alike is told apart by an invisible mark.

    Parameters
    ----------
    names : sequence of str
    longest : int
    """
    return distinct([named(name, longest) for name in told_apart(names)])


def distinct(names: Sequence[str]) -> list[str]:
    """The names, each that was there before with an invisible mark."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, -1) + 1
        found.append(name + unseen(seen[name]))
    return found


def unseen(count: int) -> str:
    """An invisible mark for each count: its binary digits, for a mark as long as the count would grow without end."""
    return "" if not count else f"{count:b}".replace("1", "\N{ZERO WIDTH SPACE}").replace("0", "\N{WORD JOINER}")


def spoken(rows: Sequence[Mapping[str, Any]]) -> str:
    """The bars one after the other, for those who hear the chart."""
    return "; ".join(f"{row['label']}: {row['text']}" for row in rows)


def percent(probability: float) -> str:
    """A probability with two digits where it matters: ``82 %``, ``99.63 %``, ``4.7 %``.

    Examples
    --------
    >>> percent(0.824), percent(0.9963), percent(0.00002), percent(1.0)
    ('82 %', '99.63 %', 'under 0.01 %', '100 %')
    """
    if probability in (0.0, 1.0):
        return f"{probability * 100:.0f} %"
    if not 0 < probability < 1:
        return f"{number(probability * 100, 3)} %"
    if probability < 1e-4:
        return "under 0.01 %"
    if probability > 1 - 1e-4:
        return "over 99.99 %"
    rare = min(probability, 1 - probability) * 100
    text = f"{probability * 100:.{max(0, 1 - math.floor(math.log10(rare)))}f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) + " %"


def signed(value: float, digits: int = 3) -> str:
    """A number with its sign."""
    text = number(value, digits)
    return text if text.startswith(MINUS) or text == "0" else f"+{text}"


def amount(value: float, scale: Scale) -> str:
    """A contribution as a short label: ``+1.2``, ``−3.4 pts`` (percentage points)."""
    return f"{_points(value)} pts" if scale == "probability" else signed(value, 3 if abs(value) >= 0.01 else 2)


def _points(value: float) -> str:
    """Percentage points, to the hundredth where that says anything."""
    points = value * 100
    return signed(round(points, 2) if abs(points) >= 0.01 else points, 3 if abs(points) >= 0.01 else 1)


def amount_words(value: float, scale: Scale) -> str:
    """A contribution with its unit named; log-odds as what they do to the odds, which needs no logarithm to read."""
    if scale == "probability":
        return f"{_points(value)} percentage points"
    if scale == "log-odds":
        return f"{factor(value)} the odds"
    if scale == "log-target":
        return f"{factor(value)} the prediction"
    return f"{signed(value)} score units" if scale == "score" else signed(value)


def factor(value: float) -> str:
    """What adding to a logarithm does: ``×3.3``, or ``÷3.3`` when it lowers."""
    if abs(value) > 30:
        return "multiplies by over 10¹³" if value > 0 else "divides by over 10¹³"
    return f"×{number(math.exp(abs(value)), 3)}" if value >= 0 else f"÷{number(math.exp(abs(value)), 3)}"


def probability_of(value: float, scale: Scale) -> float | None:
    """The probability that an output in a scale stands for; None where it takes more than this number."""
    if scale == "probability":
        return value
    if scale == "log-odds":
        return 1 / (1 + math.exp(-value)) if value > -700 else 0.0
    return None


def quoted(name: str, longest: int = LONGEST) -> str:
    """A name from outside, marked as one in a sentence: ``“1”``; quotation marks of its own become simple ones."""
    return f"“{named(name, longest).translate(_MARKS) or '(empty)'}”"


_MARKS = str.maketrans(dict.fromkeys('“”„«»"', "'"))


def case(label: str, target: str | None = None, longest: int = LONGEST) -> str:
    """A class in a sentence, marked as a name: ``“benign”``, ``“class 1”``, ``“default = 1”``; see ``outcome``."""
    return quoted(outcome(label, target), longest)


def output(value: float, scale: Scale, label: str, target: str | None = None) -> str:
    """An output in words that fit into any sentence: ``82 % for “benign”``, ``m2_price = 3,212``.

    Parameters
    ----------
    value : float
    scale : Scale
    label : str
        The class, or the target's name.
    target : str, optional
        The column of the true class, see ``outcome``.
    """
    if scale in ("target", "log-target"):
        text = number(value if scale == "target" else math.exp(min(value, 700.0)))
        return text if label == UNNAMED else f"{short(label)} = {text}"
    name = case(label, target)
    chance = probability_of(value, scale)
    return f"a score of {number(value)} for {name}" if chance is None else f"{percent(chance)} for {name}"


def figure(value: float, scale: Scale) -> str:
    """An output as a short label on its own axis."""
    return percent(value) if scale == "probability" else number(value)


def listed(parts: list[str]) -> str:
    """Parts as a list in a sentence: ``a, b and c``."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""
