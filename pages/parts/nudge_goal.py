"""What a nudge has to reach, chosen in plain words: another class, a class, a chance, a number's change or band."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from core.views import words
from pages.parts import fresh
from pages.parts.subject import Subject
from pages.parts.text import safe

Write = Callable[[dict[str, str]], None]
"""Takes settings that change; an empty text is the default."""
NAMES = ("target", "probability", "low", "high", "change")
"""Settings that this part writes."""
_ANY = "any other class"
_WAYS = {"lower": "at least … % lower", "higher": "at least … % higher", "band": "between two values"}


def draw(about: Subject, given: Mapping[str, str], write: Write) -> None:
    """Show the goal's controls; ``write`` takes those that change."""
    if about.model.classes:
        _classes(about, given, write)
    else:
        _number(about, given, write)


def _classes(about: Subject, given: Mapping[str, str], write: Write) -> None:
    """A class, and how sure the model has to be."""
    names = list(about.model.classes)
    now = names[int(about.predictions[about.row].argmax())]
    other = [name for name in names if name != now]
    single = len(names) == 2
    options = [*names] if single else [_ANY, *names]
    fallback = other[0] if single and other else _ANY
    held = given.get("target") if given.get("target") in options else fallback
    key, sure = fresh.key("nudge_goal_class", held), fresh.key("nudge_goal_sure", bool(given.get("probability")))
    least = fresh.key("nudge_goal_least", round(100 * number(given.get("probability"), 0.8, 0.01, 0.99)))

    def changed(_said: object) -> None:
        chosen = fresh.said(key)
        chance = f"{fresh.said(least) / 100:g}" if fresh.said(sure) else ""
        write({"target": "" if chosen == fallback else chosen, "probability": chance, "low": "", "high": ""})

    left, middle, right = st.columns([3, 2, 3], gap="medium", vertical_alignment="bottom")
    left.selectbox(
        "The model should say",
        options,
        format_func=lambda name: name if name == _ANY else words.short(words.outcome(name, about.table.target), 60),
        key=key,
        on_change=fresh.listen(key, changed),
    )
    middle.toggle(
        "and be sure",
        key=sure,
        on_change=fresh.listen(sure, changed),
        help="Ask for a least probability of that answer",
    )
    if st.session_state[sure]:
        told = fresh.listen(least, changed)
        right.slider("with a chance of at least", 1, 99, format="%d %%", key=least, on_change=told)


def number(text: str | None, otherwise: float, low: float, high: float) -> float:
    """A number of a link within bounds, another where it is none."""
    try:
        return min(high, max(low, float(text))) if text else otherwise
    except ValueError:
        return otherwise


def _number(about: Subject, given: Mapping[str, str], write: Write) -> None:
    """A change in percent, or a band."""
    own = float(about.predictions[about.row, 0])
    typical = float(about.predictions[:, 0].mean())
    ends = [_float(given.get(name)) for name in ("low", "high")]
    change = _float(given.get("change"))
    usual = 10.0 if own <= typical else -10.0
    way = "band" if any(end is not None for end in ends) else "lower" if (change or usual) < 0 else "higher"
    low, high = ends if way == "band" else (min(own, typical), max(own, typical))
    shown = {"way": way, "percent": abs(change or usual), "low": low, "high": high}
    keys = {name: fresh.key(f"nudge_goal_{name}", value) for name, value in shown.items()}

    def changed(_said: object) -> None:
        state = {name: st.session_state.get(key) for name, key in keys.items()}
        if state["way"] == "band":
            both = {name: "" if state[name] is None else repr(float(state[name])) for name in ("low", "high")}
            write({"change": "", **both})
            return
        sign = -1 if state["way"] == "lower" else 1
        write({"low": "", "high": "", "change": f"{sign * float(state['percent'] or 10):g}"})

    left, middle, right = st.columns([3, 2, 2], gap="medium", vertical_alignment="bottom")
    name = safe(words.short(about.label, 40))
    told = {part: {"key": key, "on_change": fresh.listen(key, changed)} for part, key in keys.items()}
    left.selectbox(f"{name} should be", list(_WAYS), format_func=_WAYS.__getitem__, **told["way"])
    if way == "band":
        middle.number_input("from", value=None, format="%g", placeholder="any", **told["low"])
        right.number_input("to", value=None, format="%g", placeholder="any", **told["high"])
    else:
        middle.number_input("percent", 0.1, 1000.0, format="%g", **told["percent"])


def _float(text: str | None) -> float | None:
    """A number of a link, None where it is none."""
    try:
        return float(text) if text else None
    except ValueError:
        return None
