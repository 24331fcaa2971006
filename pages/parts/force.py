"""What pushed the prediction: the force plot and its bars, with Next and Previous that need no server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import streamlit as st

from core import cache, fingerprint, registry
from core.errors import InputError
from core.results import Attribution
from core.views.force import force_data, script, style
from pages.parts import frame, fresh, heard, question, stop, subject, turns
from pages.parts.pace import Pace, seconds_of
from pages.parts.subject import Subject

METHOD = "shap"
PAGE = cache.PREFETCH
PREFETCH_SECONDS = 1.5
"""A page of explanations is prefetched when it is expected to take less than this."""

_PLOT = st.components.v2.component("force_plot", js=script(), css=style())


@st.fragment(key="force")
@turns.answer
def draw() -> None:
    """The force plot of the instance; its neighbours in the list follow when the page is drawn."""
    with frame.boundary("The explanation"):
        about = subject.load(question.current())
        with st.container(border=True, key="panel_force"):
            st.subheader("What pushed this prediction up or down?", anchor=False)
            if stop.halted(METHOD, registry.get(METHOD).title, lambda: frame.redraw(*frame.EVERYTHING)):
                return
            _PLOT(
                key="force",
                data=data(about),
                on_row_change=_leafed,
                on_turn_change=_turned,
                on_pick_change=_picked,
            )


@st.fragment(key="neighbours")
@turns.after
def ahead() -> None:
    """The page of explanations around the instance, drawn last: the browser leafs through it without asking."""
    with frame.boundary("The neighbours"), st.container(key="neighbours"):
        about = subject.load(question.current())
        rows, before, total = window(about)
        if len(rows) > 1:
            _PLOT(key="ahead", data={"ahead": page(about, rows, before, total)}, height=1)


def data(about: Subject) -> dict[str, Any]:
    """What the plot shows first: the instance alone, and the name of the page that it stands on."""
    rows, before, total = window(about)
    place = rows.index(about.row)
    found = explained(about, [about.row])
    shown = force_data(
        found,
        table=about.table,
        right=_right(about, [about.row]),
        chances=_chances(about, found, [about.row]),
        before=before + place,
        total=total,
        k=_bars(about),
        picked=about.asked.feature or None,
    )
    page = fingerprint.of_params(_key(about, rows, before, total))
    return {**shown, "page": page, "said": heard.tell(page, about.row), "whose": about.both.digest}


def page(about: Subject, rows: Sequence[int], before: int, total: int) -> dict[str, Any]:
    """A whole page of the list, made once."""
    key = _key(about, rows, before, total)

    def make() -> dict[str, Any]:
        found = explained(about, rows)
        shown = force_data(
            found,
            table=about.table,
            right=_right(about, rows),
            chances=_chances(about, found, rows),
            before=before,
            total=total,
            k=_bars(about),
        )
        return {**shown, "page": fingerprint.of_params(key)}

    made: dict[str, Any] = cache.keep(about.both, "force", key, make)
    return made


def _key(about: Subject, rows: Sequence[int], before: int, total: int) -> list[Any]:
    """What a page of explanations depends on."""
    return [about.both.digest, list(rows), about.asked.output, _settings(about), before, total, _bars(about)]


def _bars(about: Subject) -> int:
    """Bars that are shown one by one."""
    return 6 if about.asked.level == "plain" else 12


def _chances(about: Subject, found: Sequence[Attribution], rows: Sequence[int]) -> list[float | None]:
    """The explained class's probability of each row; None of a number."""
    places = {name: at for at, name in enumerate(about.model.classes)}
    return [
        float(about.predictions[row, places[one.label]]) if one.label in places else None
        for row, one in zip(rows, found, strict=True)
    ]


def _right(about: Subject, rows: Sequence[int]) -> list[bool | None]:
    """Whether each predicted class is the true one; None where nobody knows."""
    known = subject.known(about)
    if known is None or not about.model.classes:
        return [None] * len(rows)
    return [None if np.isnan(known[row]) else bool(about.predictions[row].argmax() == known[row]) for row in rows]


def _leafed() -> None:
    """The reader turned to another row of the page, which is painted already."""
    _hear(fresh.said("force")["row"])


def _turned() -> None:
    """The reader went past the end of the page; a turn that is heard again, from another row, does nothing."""
    about = subject.load(question.current())
    told = fresh.said("force")["turn"]
    if told["whose"] != about.both.digest or int(told["from"]) != about.row:
        return
    rows, before, _total = window(about)
    place = before + rows.index(about.row) + int(told["step"])
    listed = _listed(about)
    if 0 <= place < len(listed):
        subject.choose(int(listed[place]))
    frame.redraw(*frame.EVERYTHING)


def _picked() -> None:
    """A segment or a bar was clicked, and is marked already."""
    _hear(fresh.said("force")["pick"])


def _hear(told: Mapping[str, Any]) -> None:
    """Take over the row and the pick that the reader sees; a message tells both, since one before it can be lost.

    What a plot of another model or table says comes too late, and so does a row where the plot was told another one
    meanwhile, which it will show.
    """
    if told["whose"] != subject.load_pair(question.current()).digest:
        return
    heard.pick(told)
    moved = heard.turned(told) and int(told["row"]) != question.current().row
    if moved:
        subject.choose(int(told["row"]))
    if told["pick"] is not None:
        question.ask(feature=str(told["pick"]))
    rest = [part for part in frame.EVERYTHING if part not in ("force", "neighbours")]
    frame.redraw(*(rest if moved else ["profile"]))


def _listed(about: Subject) -> np.ndarray:
    """The rows to leaf through: those that the filter lists, or all where it does not list this one."""
    listed = subject.rows_in_view(about)
    return listed if (listed == about.row).any() else np.arange(len(about.table))


def window(about: Subject) -> tuple[list[int], int, int]:
    """The page of the list that holds the instance: its rows, how many come before it, and how many there are.

    An instance that the filter does not list is leafed through in the table's own order.
    """
    listed = _listed(about)
    size = PAGE if _quick(about, listed) else 1
    start = int(np.flatnonzero(listed == about.row)[0]) // size * size
    return [int(row) for row in listed[start : start + size]], start, len(listed)


def _quick(about: Subject, listed: np.ndarray) -> bool:
    """True when a page of explanations can be made in no time, judged by this one and, at first, by some beside it."""
    pace: Pace = cache.keep(about.both, "pace", [METHOD, _settings(about), about.asked.output], Pace)
    took = seconds_of(explained(about, [about.row])[0])
    others = (seconds_of(explained(about, [int(row)])[0]) for row in listed if row != about.row)
    return pace.allows(PAGE, PREFETCH_SECONDS, took, others)


def _settings(about: Subject) -> dict[str, str]:
    """Settings of the plot's method, where the link has any."""
    return dict(about.asked.params) if about.asked.method == METHOD else {}


def explained(about: Subject, rows: Sequence[int]) -> list[Attribution]:
    """Attributions of some rows, each of its own explained class, in one batch a class."""
    settings = _settings(about)
    outputs = {row: about.output_of(row) for row in rows}
    answers: dict[int, Attribution] = {}
    if stop.stopped(METHOD):
        raise InputError("SHAP was stopped before it was finished.", "", "Start it again on Explain.")
    with stop.running(METHOD), subject.patience(registry.get(METHOD).title) as progress:
        for output in dict.fromkeys(outputs.values()):
            group = [row for row in rows if outputs[row] == output]
            found = cache.explain(about.both, METHOD, group, output, settings, progress)
            answers.update(zip(group, found, strict=True))
    return [answers[row] for row in rows]
