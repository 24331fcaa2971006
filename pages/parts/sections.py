"""One section a question about the whole model or the data: words, settings, picture, checks, files.

A section computes only while it is open; a failing one is a message in its own place.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core import cache, registry
from core.comparison import together
from core.errors import InputError, ModelError
from core.registry import Method
from core.results import Result
from pages.parts import controls, frame, leads, panel, question, rivals, settings, shows, stop, subject
from pages.parts.subject import Subject
from pages.parts.text import safe, safe_long

OPENED = 4
"""Sections that are open when a page is entered: the first ones that apply and take no minutes."""
SHARED = ("scores", "importance", "profile", "fairness")
"""Kinds of answers that several models share one picture of."""
FOLLOWS = ("model_profile", "distribution", "target_against_feature")
"""Methods whose feature is the one that was picked on the page."""


def part(method: Method) -> str:
    """The key of a section's fragment."""
    return f"section_{method.id}"


def draw(about: Subject, found: Sequence[Method]) -> None:
    """All sections, the first ones that apply open."""
    offered = [method for method in found if about.model.task in method.tasks]
    apply = [method.id for method in offered if method.cost != "minutes" and refused(about, method) is None]
    for method in offered:
        st.fragment(_section, key=part(method))(method.id, method.id in apply[:OPENED])


def refused(about: Subject, method: Method) -> str | None:
    """Why a method cannot answer here; None when it can."""
    found: tuple[str | None] = cache.keep(
        about.both, "refused", method.id, lambda: (method.unsupported(about.model, about.table),)
    )
    return found[0]


def _section(method_id: str, opened: bool) -> None:
    """One question; closed it costs nothing."""
    method = registry.get(method_id)
    with st.container(key=f"part_{method_id}"):
        box = st.expander(f"**{safe(method.question)}**", opened, key=f"open_{method_id}", on_change="rerun")
        if box.open:
            with box, frame.boundary(method.title):
                _answer(subject.load(question.current(), whole=False), method)


def _answer(about: Subject, method: Method) -> None:
    """Words, settings, picture, checks and files."""
    reason = refused(about, method)
    if reason is not None:
        st.info(safe_long(reason), icon=":material/info:")
        return
    expert = about.asked.level == "expert"
    said = st.container()
    skip = tuple(name for name, tasks in controls.SKIPPED.get(method.id, {}).items() if about.model.task in tasks)
    params = settings.draw(
        method,
        given(about, method),
        about.table.schema,
        about.model.task,
        _changed(about, method),
        skip,
        "model.",
        expert,
    )
    if method.id in controls.CONTROLS:
        controls.CONTROLS[method.id](about, params, _changed(about, method))
    if stop.halted(method.id, method.title, lambda: frame.redraw(part(method))):
        return
    result = _together(about, method, params, answer(about, method, params))
    shown = shows.SHOWS.get(result.kind, shows.plain)(result, about, method.id, said)
    panel.checks(tuple(check for check in result.checks if check.name not in shows.TOLD))
    panel.foot(method, result, shown, method.id, expert)


def answer(about: Subject, method: Method, params: dict[str, str]) -> Result:
    """The method's answer for the class in question, from memory or computed now."""
    with stop.running(method.id), subject.patience(method.title, "") as progress:
        try:
            return cache.explain(about.both, method.id, [0], about.output, params, progress)[0]
        except ModelError as error:
            raise subject.with_rows(error, about.both) from error


def _together(about: Subject, method: Method, params: dict[str, str], own: Result) -> Result:
    """The same question to the models that were put beside this one; the one answer where there are none."""
    if method.kind not in SHARED or method.scope == "data":
        return own
    found, names = [own], [about.model.name]
    for other in rivals.chosen(about):
        with frame.boundary(f"{method.title} of another model"):
            if refused(other, method) is None:
                found.append(answer(other, method, params))
                names.append(other.model.name)
    if len(found) == 1:
        return own
    try:
        return together(found, names)
    except InputError as error:  # what a person cannot change by a setting is no reason to show nothing
        told = f"{error.why.rstrip('.')}: only {safe(names[0])} is drawn."
        st.caption(f":material/info: {safe_long(error.what)} {safe_long(told)}")
        return own


def given(about: Subject, method: Method) -> dict[str, str]:
    """The settings of a section: those chosen, and the feature that was picked on the page."""
    held = dict(leads.shelf(about).get(method.id, {}))
    names = about.table.schema.names
    if method.id in FOLLOWS:
        picked = about.asked.feature or st.session_state.get(leads.leading(about), "")
        held["feature"] = picked if picked in names else names[0]
    if "instance" in [param.name for param in method.params]:
        held["instance"] = str(about.row)
    return {name: text for name, text in held.items() if name in [param.name for param in method.params]}


def _changed(about: Subject, method: Method) -> settings.Changed:
    """What happens when a setting changes: this section is drawn anew, or all that follow the feature."""

    def changed(name: str, text: str) -> None:
        if name == "feature" and method.id in FOLLOWS:
            leads.pick(text)
            return
        held: dict[str, Any] = leads.shelf(about).setdefault(method.id, {})
        held.pop(name, None)
        if text:
            held[name] = text
        frame.redraw(part(method))

    return changed
