"""One place of the Studio: a panel with its question, words and picture, or the list of those not shown yet."""

from __future__ import annotations

import streamlit as st

from core import cache, registry
from core.registry import Method
from core.results import Result
from pages.parts import chart, frame, layout, panel, profile, question, subject
from pages.parts.subject import Subject
from pages.parts.text import safe, safe_long

LEVELS = {"row": "Instance", "model": "Model", "data": "Data"}


def draw(place: int) -> None:
    """The panel of one place; what goes wrong stays in it."""
    with st.container(border=True, key=f"place_{place}"), frame.boundary("This panel"):
        about = subject.load(question.current())
        name = layout.shown(about.asked)[place]
        if name:
            _panel(about, place, registry.get(name))
        else:
            _empty(about, place)


def _empty(about: Subject, place: int) -> None:
    """The panels that are not shown yet."""
    options = {method.id: f"{LEVELS[method.scope]}: {method.question}" for method in layout.left(about.asked)}
    key = f"studio_add_{place}"
    st.session_state[key] = None
    st.selectbox(
        "Add a panel",
        list(options),
        index=None,
        format_func=options.__getitem__,
        placeholder="+ add a panel",
        key=key,
        on_change=lambda: layout.put(place, st.session_state[key] or ""),
        label_visibility="collapsed",
    )


def _panel(about: Subject, place: int, method: Method) -> None:
    """Question, words, picture."""
    head, tail = st.columns([10, 1], gap="small")
    head.markdown(f"**{safe(method.question)}**  \n:small[:gray[{LEVELS[method.scope]} · {safe(method.title)}]]")
    with tail:
        st.button(
            "",
            icon=":material/close:",
            type="tertiary",
            key=f"studio_close_{place}",
            help=f"Close {method.title}",
            on_click=layout.put,
            args=(place, ""),
        )
    result = _answer(about, method)
    drawn = panel.picture(result, about)
    st.caption(safe_long(drawn.sentence))
    chart.show(drawn, f"studio_{method.id}", layout.pick)


def _answer(about: Subject, method: Method) -> Result:
    """The method's answer with its defaults, for the instance and the feature in question."""
    params: dict[str, str] = {}
    names = {param.name for param in method.params}
    if "feature" in names:
        params["feature"] = profile.chosen(about)
    if "instance" in names:
        params["instance"] = str(about.row)
    row = about.row if method.scope == "row" else 0
    with subject.patience(method.title) as progress:
        return cache.explain(about.both, method.id, [row], about.output, params, progress)[0]
