"""Explanations as a session file: taken along, added to one that was opened before."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core import cache
from core.errors import ExplorerError
from core.export.session import Session, joined, session, to_session
from core.results import Result
from pages.parts import answers, force, frame, opened, profile, question, slots
from pages.parts.subject import Subject

WORDS = "The answers as a file: opened under Load, here or elsewhere, they are shown again without the model."
Found = list[tuple[Subject, Result]]


def studio(about: Subject) -> None:
    """Everything that the Studio shows, of this instance or of those that the drop-down offers."""
    st.markdown(f"**Session**: {WORDS[0].lower()}{WORDS[1:]}")
    every = st.toggle(f"All {len(slots.listed(about))} instances of the drop-down", key="session_every")
    _button("studio", about, lambda: [pair for one in _each(about, every) for pair in _shown(one)])


def _each(about: Subject, every: bool) -> list[Subject]:
    """The instance in question, or all that are offered."""
    rows = slots.listed(about) if every else [about.row]
    return [Subject(question.with_row(about.asked, row), about.both, about.predictions, about.output) for row in rows]


def _shown(about: Subject) -> Found:
    """The answers of all panels; a panel that cannot answer is left out."""
    found: Found = []
    for who, one, feature in answers.held(about):
        try:
            found.append((who, answers.answer(about, who, one, feature)))
        except ExplorerError:
            continue
    return found


def explain(about: Subject) -> None:
    """What the Explain page shows of its instance: the plot, every profile, and the answer that was asked for."""
    st.caption(WORDS)

    def make() -> Found:
        results: list[Result] = list(force.explained(about, [about.row]))
        wanted = [(profile.METHOD, {"feature": name}) for name in about.table.schema.names]
        wanted.append((about.asked.method, dict(about.asked.params)))
        for name, params in wanted:
            try:
                results += cache.explain(about.both, name, [about.row], about.output, params)
            except ExplorerError:
                continue
        return [(about, result) for result in results]

    _button("explain", about, make)


def _button(key: str, about: Subject, make: Callable[[], Found]) -> None:
    """Collect the answers with progress, then give the file."""
    before = opened.sessions()
    add, overwrite = False, True
    if before is not None:
        add = st.toggle("Together with the sessions opened in this visit", key=f"session_add_{key}")
        overwrite = st.toggle("New answers replace old ones to the same question", True, key=f"session_over_{key}")
    if st.button("Make session file", icon=":material/inventory_2:", key=f"session_make_{key}"):
        with frame.boundary("The session"), st.spinner("Collecting the answers …"):
            fresh = _gathered(make(), about)
            parts = [before, fresh] if add and before is not None else [fresh]
            st.session_state[f"session_file_{key}"] = to_session(joined(*parts, overwrite=overwrite))
    held = st.session_state.get(f"session_file_{key}")
    if held is None:
        return
    st.download_button(
        f"Save session ({len(held) / 1e3:,.0f} kB)",
        data=held,
        file_name="session.json",
        mime="application/json",
        icon=":material/download:",
        key=f"session_save_{key}",
        on_click="ignore",
    )


def _gathered(found: Found, about: Subject) -> Session:
    """One session of answers about one or several models."""
    parts = []
    for who in dict.fromkeys(who.both.digest for who, _ in found):
        own = [(one, result) for one, result in found if one.both.digest == who]
        both = own[0][0].both
        parts.append(session([result for _, result in own], both.model, both.table, title=about.model.name))
    return joined(*parts) if parts else session([], about.model, about.table)
