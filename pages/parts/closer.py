"""Look closer: a question, the method that answers it, a second one beside it, and one feature's profile."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core import registry
from core.agreement import agreement
from core.registry import Method
from core.results import Attribution, Nudges, Result
from core.views import words
from pages.parts import frame, panel, question, settings, subject
from pages.parts.subject import Subject
from pages.parts.text import safe_long

PROFILE = "ceteris_paribus"
NUDGES = "nudges"


@st.fragment(key="closer")
def draw() -> None:
    """The lower part of the Explain page."""
    with frame.boundary("The answer"):
        about = subject.load(question.current())
        chosen = _method(about)
        expert = about.asked.level == "expert"
        first = _answer(about, chosen, "first", expert)
        other = _second(about, chosen, first, expert) if expert else None
        if isinstance(first, Attribution) or isinstance(other, Attribution):
            _profile(about, first if isinstance(first, Attribution) else other)


def _ask(**changes: Any) -> None:
    """Ask something else of the same instance."""
    question.ask(**changes)
    st.rerun("closer")


def row_methods(about: Subject) -> list[Method]:
    """Methods that explain one row, those that apply here first."""
    return sorted(registry.methods("row"), key=lambda entry: entry.unsupported(about.model, about.table) is not None)


def _method(about: Subject) -> Method:
    """The question that is asked."""
    options = {entry.id: entry for entry in row_methods(about)}
    asked = about.asked.method if about.asked.method in options else next(iter(options))
    if about.asked.method not in options:
        frame.tell(unknown(about.asked.method, list(options)), st.warning)
    st.session_state["method"] = asked
    st.pills(
        "Look closer",
        list(options),
        format_func=lambda name: options[name].question,
        key="method",
        required=True,
        on_change=lambda: _ask(method=st.session_state["method"]),
    )
    return options[asked]


def unknown(name: str, known: list[str]) -> Exception:
    """The error for a method that a link names and nobody knows."""
    from core.errors import unknown_name

    return unknown_name("method", name, known)


def _answer(about: Subject, method: Method, slot: str, expert: bool) -> Result | None:
    """One method's panel; what goes wrong stays in it."""
    with st.container(border=True, key=f"panel_{slot}"), frame.boundary(method.title):
        st.markdown(f"#### {method.question}")
        st.caption(f"Answered by {method.title}")
        given = dict(about.asked.params) if slot == "first" else {}
        params = settings.draw(method, given, about.table.schema, _setting(about), key=slot) if slot == "first" else {}
        result = panel.answer(about, method, params)
        drawn = panel.draw(result, about, slot, lambda name: _ask(feature=name))
        if isinstance(result, Nudges) and result.nudges:
            _apply(about, result)
        panel.foot(method, result, drawn, slot, expert)
        return result
    return None


def _setting(about: Subject) -> Any:
    """What happens when a setting changes."""

    def changed(name: str, text: str) -> None:
        left = {key: value for key, value in about.asked.params.items() if key != name}
        _ask(params={**left, name: text} if text else left)

    return changed


def _apply(about: Subject, result: Nudges) -> None:
    """Take a nudge to the What-if page."""
    for place, _nudge in enumerate(result.nudges[:5]):
        link = {**question.as_link(about.asked), "nudge": str(place)}
        st.page_link(
            frame.page("what_if"),
            label=f"Try change {place + 1} in What if",
            icon=":material/tune:",
            query_params=link,
        )


def _second(about: Subject, chosen: Method, first: Result | None, expert: bool) -> Result | None:
    """Another method beside it, and whether the two agree."""
    options = {entry.id: entry for entry in row_methods(about) if entry.id != chosen.id}
    asked = about.asked.second if about.asked.second in options else None
    st.session_state["second"] = asked
    st.selectbox(
        "Ask a second method and compare",
        list(options),
        format_func=lambda name: f"{options[name].title}: {options[name].question}",
        key="second",
        index=None,
        placeholder="none",
        on_change=lambda: _ask(second=st.session_state["second"] or ""),
        width=480,
    )
    if asked is None:
        return None
    result = _answer(about, options[asked], "second", expert)
    if isinstance(first, Attribution) and isinstance(result, Attribution):
        st.info(safe_long(agreement(first, result).text), icon=":material/handshake:")
    return result


def _profile(about: Subject, result: Result | None) -> None:
    """How the output changes as one feature moves."""
    if not isinstance(result, Attribution):
        return
    names = about.table.schema.names
    top = result.features[max(range(len(names)), key=lambda place: abs(float(result.values[place])))]
    feature = about.asked.feature if about.asked.feature in names else top
    method = registry.get(PROFILE)
    with st.container(border=True, key="panel_profile"), frame.boundary(method.title):
        st.markdown("#### What if one feature were different?")
        st.session_state["feature"] = feature
        st.selectbox(
            "Feature (or click a bar)",
            names,
            format_func=lambda name: words.short(name, 60),
            key="feature",
            on_change=lambda: _ask(feature=st.session_state["feature"]),
            width=320,
        )
        shown = panel.answer(about, method, {"feature": feature})
        drawn = panel.draw(shown, about, "profile")
        panel.foot(method, shown, drawn, "profile", False)
