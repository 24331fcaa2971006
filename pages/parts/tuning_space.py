"""What may be tried: settings of the model with the ranges proposed for them, both to be corrected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import streamlit as st

from core import workshop
from core.errors import ExplorerError
from core.results.trials import Span
from core.tuning import space as spaces
from core.tuning.proposed import Setting
from core.views import trials, words
from pages.parts import frame, fresh
from pages.parts.subject import Subject
from pages.parts.text import safe

_PART = "tuning"


def draw(about: Subject, shelf: dict[str, Any]) -> str:
    """The settings chosen with their ranges; returns the space as the method reads it, empty where none is chosen."""
    known = {one.span.name: one for one in workshop.settings(about.both)}
    begun = {name: one.span for name, one in known.items() if one.chosen}
    chosen: dict[str, Span] = shelf.setdefault("space", begun)
    _names(known, chosen)
    for name in chosen:
        _line(known[name], chosen)
    return spaces.text(list(chosen.values()))


def _names(known: dict[str, Setting], chosen: dict[str, Span]) -> None:
    """Which settings."""
    key = fresh.key("tune_names", list(chosen))

    def act(names: list[str]) -> None:
        kept = {name: chosen.get(name, known[name].span) for name in names}
        chosen.clear()
        chosen.update(kept)
        frame.redraw(_PART)

    st.multiselect(
        "Settings that may be tried",
        list(known),
        format_func=lambda name: words.short(trials.called(name), 60),
        key=key,
        placeholder="none yet",
        select_all=False,
        on_change=fresh.listen(key, act),
        help="Those that matter most for this kind of model come first",
    )


def _line(one: Setting, chosen: dict[str, Span]) -> None:
    """One setting: its name, what it is now, and its range or choices."""
    span = chosen[one.span.name]

    def set_to(other: Span) -> None:
        chosen[span.name] = other
        frame.redraw(_PART)

    with st.container(key=f"tune_line_{list(chosen).index(span.name)}"):
        left, *rest = st.columns([3, 2, 2, 2] if span.kind != "choice" else [3, 6], vertical_alignment="bottom")
        left.markdown(
            f"**{safe(words.short(trials.called(span.name), 60))}**  \n:small[now: {safe(trials.value(one.now))}]"
        )
        if span.kind == "choice":
            with rest[0]:
                _choices(span, one, set_to)
        else:
            _range(span, rest, set_to)


def _range(span: Span, places: list[Any], set_to: Callable[[Span], None]) -> None:
    """From, to, and whether steps are factors."""
    kind = int if span.kind == "int" else float
    form = None if kind is int else "%g"
    step = 1 if kind is int else max(10.0 ** round(_size(float(span.low or span.high or 1.0))), 1e-12)
    for place, part, title in zip(places, ("low", "high"), ("from", "to"), strict=False):
        key = fresh.key(f"tune_{part}_{span.name}", kind(getattr(span, part) or 0))
        place.number_input(
            title,
            key=key,
            format=form,
            step=step,
            on_change=fresh.listen(key, lambda value, part=part: moved(part, value)),
        )

    def moved(part: str, value: float | None) -> None:
        if value is None:
            set_to(span)
            return
        other = replace(span, **{part: value})  # type: ignore[arg-type]  # one of its two ends
        if (other.low or 0) > (other.high or 0):
            other = replace(other, low=value, high=value)
        set_to(replace(other, log=other.log and (other.low or 0) > 0))

    key = fresh.key(f"tune_log_{span.name}", span.log)
    places[2].toggle(
        "by factors",
        key=key,
        disabled=(span.low or 0) <= 0,
        on_change=fresh.listen(key, lambda value: set_to(replace(span, log=bool(value)))),
        help="Even steps in the logarithm: 0.01, 0.1 and 1 are equally far apart",
    )


def _size(value: float) -> int:
    """The power of ten of a number."""
    from math import floor, log10

    return floor(log10(abs(value))) if value else 0


def _choices(span: Span, one: Setting, set_to: Callable[[Span], None]) -> None:
    """Values to choose among; further ones can be written."""
    now = [spaces.written(choice) for choice in span.choices]
    listed = list(dict.fromkeys([*now, *(spaces.written(choice) for choice in one.span.choices)]))
    key = fresh.key(f"tune_choices_{span.name}", now)

    def act(texts: list[str]) -> None:
        try:
            named = f"{span.name}={'|'.join(text.replace(';', ' ') for text in texts)}"
            set_to(replace(span, choices=spaces.parse(named, {span.name: one.now})[0].choices))
        except ExplorerError:  # nothing is left: it stays as it was
            set_to(span)

    st.multiselect(
        "one of", listed, key=key, accept_new_options=True, on_change=fresh.listen(key, act), max_selections=20
    )
