"""What may change and how, feature by feature, for people who do not write settings as text."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from core.counterfactual.coding import coder
from core.counterfactual.wishes import FREE, Wish, entries, groups, read_wishes
from core.errors import ExplorerError
from core.params import parse
from core.registry import get
from core.types import Feature
from core.views import words
from pages.parts import fresh
from pages.parts.nudge_goal import Write
from pages.parts.subject import Subject
from pages.parts.text import safe_long

NAMES = ("locked", "directions", "ranges", "levels", "max_changes", "weights", "ties", "missing", "defaults")
"""Settings that this part writes."""
_WAYS = {FREE: "may go either way", "up": "may only go up", "down": "may only go down", "fixed": "stays as it is"}
_COSTS = {
    "0.25": "easy (a quarter)",
    "0.5": "easier (half)",
    "1": "as usual",
    "2": "harder (twice)",
    "5": "hard (5 times)",
}
_KINDS = {"locked": "directions", "up": "directions", "down": "directions", "range": "ranges", "levels": "levels"}
_ALL = "max_changes"


def draw(about: Subject, given: Mapping[str, str], write: Write) -> None:
    """The rules in force, each with a way to drop it, and the controls to add one."""
    try:
        code = coder(about.table)
        wishes = read_wishes(code, _params(about, given), about.table.label)
    except ExplorerError:
        wishes = ()  # told by the settings above
    title = f"What may change ({len(wishes)} rule{'' if len(wishes) == 1 else 's'})" if wishes else "What may change"
    with st.expander(title, icon=":material/rule:", key="nudge_rules"):
        st.caption(
            "Whole numbers stay whole, levels exist, types stay; a missing cell stays missing unless you say otherwise."
        )
        with st.container(horizontal=True, key="nudge_rules_held"):
            for place, wish in enumerate(wishes):
                _rule(about, given, write, wish, place)
        names = about.table.schema.names
        left, right = st.columns([3, 2], gap="medium", vertical_alignment="bottom")
        chosen = left.selectbox(
            "A rule for",
            names,
            index=None,
            format_func=lambda name: words.named(name, 60),
            placeholder="choose a feature …",
            key="nudge_rule_feature",
        )
        _most(right, given, write, len(names))
        if chosen is not None:
            _editor(about, given, write, about.table.schema[chosen])


def _params(about: Subject, given: Mapping[str, str]) -> dict[str, Any]:
    """The settings as the method reads them."""
    method, names = get("nudges"), [name for name in NAMES if name in given]
    return {name: parse(method.param(name), given[name], about.table.schema.names) for name in names}


def _rule(about: Subject, given: Mapping[str, str], write: Write, wish: Wish, place: int) -> None:
    """One rule in words: a button that drops it."""
    st.button(
        safe_long(wish.words),
        icon=":material/close:",
        icon_position="right",
        key=f"nudge_drop_{place}",
        help="Drop this rule",
        on_click=lambda: write(dropped(about, given, wish)),
        wrap=True,
    )


def dropped(about: Subject, given: Mapping[str, str], wish: Wish) -> dict[str, str]:
    """The settings without one rule."""
    if wish.kind == "most":
        return {_ALL: ""}
    names = [about.table.schema.names[place] for place in wish.features]
    if wish.kind == "tie":
        rest = [group for group in _groups(about, given) if set(group) - set(names)]
        return {"ties": json.dumps(rest, ensure_ascii=False) if rest else ""}
    name = names[0]
    if wish.kind == "weight":
        return {"weights": _without(about, given, "weights", name)}
    setting = _KINDS[wish.kind]
    held = _held(about, given, setting)
    if setting == "directions":
        locked = [other for other in _list(given.get("locked", "")) if other != name]
        free = {**held, name: FREE}  # a custom comes back unless the feature is spoken of
        return {"directions": json.dumps(free, ensure_ascii=False), "locked": json.dumps(locked) if locked else ""}
    return {setting: _without(about, given, setting, name)}


def _without(about: Subject, given: Mapping[str, str], setting: str, name: str) -> str:
    """One setting without its entry for a feature."""
    rest = {other: value for other, value in _held(about, given, setting).items() if other != name}
    return json.dumps(rest, ensure_ascii=False) if rest else ""


def _held(about: Subject, given: Mapping[str, str], setting: str) -> dict[str, str]:
    """A setting's entries by feature."""
    try:
        return dict(entries(given.get(setting, ""), about.table.schema.names))
    except ExplorerError:
        return {}


def _groups(about: Subject, given: Mapping[str, str]) -> list[list[str]]:
    """The ties as lists of names."""
    try:
        return groups(given.get("ties", ""), about.table.schema.names)
    except ExplorerError:
        return []


def _list(text: str) -> list[str]:
    """Names of a setting; none where it cannot be read, which is told above."""
    try:
        return [str(name) for name in json.loads(text)] if text.startswith("[") else [n for n in text.split(",") if n]
    except (ValueError, RecursionError):
        return []


def _most(column: Any, given: Mapping[str, str], write: Write, count: int) -> None:
    """How many features may change."""
    text = given.get(_ALL, "")
    key = fresh.key("nudge_most", int(text) if text.isdigit() and 0 < int(text) <= count else None)
    told = fresh.listen(key, lambda most: write({_ALL: str(most or "")}))
    column.number_input(
        "Features that may change at most", 1, count, value=None, placeholder="all", key=key, on_change=told
    )


def _editor(about: Subject, given: Mapping[str, str], write: Write, feature: Feature) -> None:
    """The controls of one feature; each writes at once."""
    name = feature.name

    def entry(setting: str, text: str) -> None:
        held = {**_held(about, given, setting), name: text}
        held = {other: value for other, value in held.items() if value}
        write({setting: json.dumps(held, ensure_ascii=False) if held else ""})

    left, middle, right = st.columns(3, gap="medium", vertical_alignment="bottom")
    with left:
        _way(about, given, write, feature)
    with middle:
        _place(about, given, feature, entry)
    with right:
        held = _held(about, given, "weights").get(name, "1")
        costs = _COSTS if held in _COSTS else {**_COSTS, held: f"{words.short(held, 20)} times as hard"}
        key = fresh.key("nudge_cost", held)
        st.selectbox(
            "Changing it is",
            list(costs),
            format_func=costs.__getitem__,
            key=key,
            on_change=fresh.listen(key, lambda cost: entry("weights", "" if cost == "1" else cost)),
            help="A change that is harder costs more, so others are preferred",
        )
    _together(about, given, write, feature)


def _way(about: Subject, given: Mapping[str, str], write: Write, feature: Feature) -> None:
    """Either way, up, down, or not at all."""
    name = feature.name
    options = list(_WAYS) if feature.is_ordered else [FREE, "fixed"]
    labels = _WAYS if feature.is_ordered else {FREE: "may change", "fixed": "stays as it is"}
    locked = _list(given.get("locked", ""))
    held = "fixed" if name in locked else _held(about, given, "directions").get(name) or _custom(about, name)
    key = fresh.key("nudge_way", held if held in options else FREE)

    def changed(way: str) -> None:
        ways = {**_held(about, given, "directions"), name: way}
        rest = [other for other in locked if other != name]
        write({"directions": json.dumps(ways, ensure_ascii=False), "locked": json.dumps(rest) if rest else ""})

    st.selectbox("It", options, format_func=labels.__getitem__, key=key, on_change=fresh.listen(key, changed))


def _custom(about: Subject, name: str) -> str:
    """What holds when nobody says anything: identifiers and births stay, an age only rises."""
    place = about.table.schema.names.index(name)
    wishes = read_wishes(coder(about.table), {}, about.table.label)
    kinds = {wish.features[0]: wish.kind for wish in wishes if wish.features}
    return {"locked": "fixed", "up": "up", "down": "down"}.get(kinds.get(place, ""), FREE)


def _place(about: Subject, given: Mapping[str, str], feature: Feature, entry: Callable[[str, str], None]) -> None:
    """The allowed range of a number, or the allowed levels."""
    name = feature.name
    if not feature.is_ordered:
        levels = [str(level) for level in coder(about.table).levels[about.table.schema.names.index(name)]]
        held = _held(about, given, "levels").get(name, "")
        key = fresh.key("nudge_levels", [level for level in levels if level in held.split("|")])
        st.multiselect(
            "It may become",
            levels,
            format_func=lambda level: words.short(level, 40),
            key=key,
            placeholder="any level",
            on_change=fresh.listen(key, lambda chosen: entry("levels", "|".join(chosen))),
        )
        return
    if feature.kind == "datetime" or feature.low is None or feature.high is None or feature.low >= feature.high:
        st.caption("Its range is what the table holds.")
        return
    low, high = float(feature.low), float(feature.high)
    ends = _held(about, given, "ranges").get(name, "..").partition("..")
    whole = feature.kind == "integer"
    kind: Any = int if whole else float
    start, end = (kind(_end(text, other, low, high)) for text, other in ((ends[0], low), (ends[2], high)))
    key = fresh.key("nudge_range", (start, end))
    step = 1 if whole else max(10.0**-feature.decimals, (high - low) / 1000)

    def changed(chosen: tuple[float, float]) -> None:
        first, last = chosen
        entry("ranges", "" if (first, last) == (kind(low), kind(high)) else f"{first}..{last}")

    st.slider("It may lie", kind(low), kind(high), step=step, key=key, on_change=fresh.listen(key, changed))


def _end(text: str, otherwise: float, low: float, high: float) -> float:
    """One end of a range within the observed one."""
    try:
        return min(high, max(low, float(text)))
    except ValueError:
        return otherwise


def _together(about: Subject, given: Mapping[str, str], write: Write, feature: Feature) -> None:
    """Features that move with it, and whether a gap may be filled."""
    name, ties = feature.name, _groups(about, given)
    mine = next((group for group in ties if name in group), [name])
    left, right = st.columns([2, 1], gap="medium", vertical_alignment="bottom")
    key = fresh.key("nudge_tie", [other for other in mine if other != name])

    def tied(others: list[str]) -> None:
        rest = [group for group in ties if name not in group]
        made = [*rest, [name, *others]] if others else rest
        write({"ties": json.dumps(made, ensure_ascii=False) if made else ""})

    left.multiselect(
        "It moves together with",
        [other for other in about.table.schema.names if other != name],
        format_func=lambda other: words.named(other, 40),
        key=key,
        placeholder="nothing else",
        on_change=fresh.listen(key, tied),
        help="Both change at once, to combinations that rows of the table hold",
    )
    if feature.missing > 0:
        fillable = _list(given.get("missing", ""))
        gap = fresh.key("nudge_gap", name in fillable)

        def filled(wanted: bool) -> None:
            rest = [other for other in fillable if other != name]
            chosen = [*rest, name] if wanted else rest
            write({"missing": json.dumps(chosen, ensure_ascii=False) if chosen else ""})

        right.toggle("A missing cell may be filled", key=gap, on_change=fresh.listen(gap, filled))
