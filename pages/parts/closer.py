"""Look closer: another question, the method that answers it, and a second one beside it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core import registry
from core.agreement import compare
from core.errors import unknown_name
from core.registry import Method
from core.results import Attribution, Result
from pages.parts import force, frame, fresh, nudges, panel, profile, question, rules, settings, stop, subject, turns
from pages.parts.subject import Subject
from pages.parts.text import safe_long


@st.fragment(key="closer")
@turns.after
def draw() -> None:
    """The lower part of the Explain page."""
    with frame.boundary("The answer"):
        about = subject.load(question.current())
        st.subheader("Ask more about this instance", anchor=False)
        method = _method(about)
        expert = about.asked.level == "expert"
        other = _second(about, method) if expert else None
        if other is None:
            first = _answer(about, method, "first", dict(about.asked.params))
            if isinstance(first, Attribution) and method.id != force.METHOD:
                _agree(first, force.explained(about, [about.row])[0], method, registry.get(force.METHOD))
            return
        left, right = st.columns(2, gap="medium")
        with left:
            first = _answer(about, method, "first", dict(about.asked.params))
        with right:
            second = _answer(about, other, "second", {})
        _agree(first, second, method, other)


def _ask(**changes: Any) -> None:
    """Ask something else of the same instance; SHAP's settings also change the plot above."""
    before = question.current()
    after = question.ask(**changes)
    touches = before.params != after.params and force.METHOD in (before.method, after.method)
    frame.redraw(*(["force", "profile", "closer", "neighbours"] if touches else ["closer"]))


def row_methods(about: Subject) -> dict[str, Method]:
    """Methods that explain one row by id, those that apply here first."""
    found = sorted(registry.methods("row"), key=lambda entry: entry.unsupported(about.model, about.table) is not None)
    return {entry.id: entry for entry in found}


def _method(about: Subject) -> Method:
    """The question that is asked."""
    options = row_methods(about)
    asked = about.asked.method
    if asked not in options:
        frame.tell(unknown_name("method", asked, options), st.warning)
        asked = next(iter(options))
    key = fresh.key("method", asked)
    st.pills(
        "Question",
        list(options),
        format_func=lambda name: options[name].question,
        key=key,
        required=True,
        label_visibility="collapsed",
        on_change=fresh.listen(key, lambda name: _ask(method=name)),
    )
    return options[asked]


def _answer(about: Subject, method: Method, slot: str, given: dict[str, str]) -> Result | None:
    """One method's panel; what goes wrong stays in it."""
    expert = about.asked.level == "expert"
    with st.container(border=True, key=f"panel_{slot}"), frame.boundary(method.title):
        st.markdown(f"**{method.question}** :small[:gray[answered by {safe_long(method.title)}]]")
        if method.id == nudges.METHOD:
            return _nudges(about, method, slot, given, expert)
        params = given
        if slot == "first":
            params = settings.draw(
                method, given, about.table.schema, about.model.task, _setting(about), key=slot, expert=expert
            )
        again = frame.EVERYTHING if method.id == force.METHOD else ("closer",)
        if stop.halted(method.id, method.title, lambda: frame.redraw(*again), slot):
            return None
        result = panel.answer(about, method, params)
        above = method.id == force.METHOD and not expert
        if isinstance(result, Attribution) and result.rules:
            drawn = rules.draw(result, about, slot, side=not about.asked.second)
        else:
            result, drawn = panel.draw(result, about, slot, profile.pick, told_above=above)
        panel.foot(method, result, drawn, slot, expert)
        return result
    return None


def _nudges(about: Subject, method: Method, slot: str, given: dict[str, str], expert: bool) -> Result | None:
    """Nudges, which are searched for beside the page; None while they are."""
    params = nudges.controls(about, method, given, slot, expert) if slot == "first" else given
    result = nudges.found(about, params, slot)
    if result is not None:
        drawn = nudges.draw(result, about, slot)
        panel.foot(method, result, drawn, slot, expert)
    return result


def _setting(about: Subject) -> settings.Changed:
    """What happens when a setting changes."""

    def changed(name: str, text: str) -> None:
        left = {key: value for key, value in about.asked.params.items() if key != name}
        _ask(params={**left, name: text} if text else left)

    return changed


def _second(about: Subject, chosen: Method) -> Method | None:
    """Another method to put beside it."""
    options = {name: entry for name, entry in row_methods(about).items() if name != chosen.id}
    asked = about.asked.second if about.asked.second in options else None
    key = fresh.key("second", asked)
    st.selectbox(
        "Beside it, for comparison",
        list(options),
        format_func=lambda name: f"{options[name].title}: {options[name].question}",
        key=key,
        index=None,
        placeholder="a second method …",
        on_change=fresh.listen(key, lambda name: _ask(second=name or "")),
        width=480,
    )
    return options[asked] if asked else None


def _agree(first: Result | None, second: Result | None, one: Method, two: Method) -> None:
    """Whether two attributions say the same, in words."""
    if isinstance(first, Attribution) and isinstance(second, Attribution):
        st.info(f"{one.title} and {two.title}: {safe_long(compare(first, second).text)}", icon=":material/balance:")
