"""A search for better settings: what may be tried and how, then the search itself, growing as it goes."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from core import fingerprint, registry, workshop
from core.errors import ExplorerError
from core.loading.samples import samples
from core.losses import LOSS, fitting, titled
from core.registry import Method
from core.results.trials import Span, Trials
from core.running import Running
from core.tuning import space as spaces
from core.tuning.candidates import MOST
from core.types import Model
from pages.parts import frame, fresh, question, settings, subject, tuning_result, tuning_space
from pages.parts.subject import Subject
from pages.parts.text import safe, safe_long

PART = "tuning"
AGAIN = 1.0
"""Seconds between two looks at a search."""
_SHELF, _SEARCHES = "tuning settings", "tuning searches"
_WAYS = {"random": "Random", "grid": "Grid", "bayesian": "Bayesian"}
_TOLD = {
    "random": "Draws settings at random: a good start, and sooner done than a grid where only some of them matter.",
    "grid": "Tries every combination of so many values along each range.",
    "bayesian": "Learns from the trials so far where better settings may lie: best where one training takes long.",
}


def draw() -> None:
    """The whole of it, one fragment."""
    st.fragment(_part, key=PART)()


def _part() -> None:
    """The settings, the button, and what was found."""
    with frame.boundary("The search"):
        about = subject.load(question.current())
        method = registry.get(workshop.METHOD)
        reason = method.unsupported(about.model, about.table)
        if reason:
            _refused(about, reason)
            return
        params = _settings(about, method)
        _search(about, method, params)


def _refused(about: Subject, reason: str) -> None:
    """Why there is nothing to tune, and where to go."""
    st.info(f"**This model cannot be tuned here.**  \n{safe_long(reason)}", icon=":material/info:")
    with st.container(horizontal=True):
        st.page_link(frame.page("load"), label="Load another model or table", icon=":material/upload_file:")
        can = {"model": samples()[0].id, "data": samples()[0].table}
        st.page_link(frame.page("tune"), label="Try it with a sample", icon=":material/trending_up:", query_params=can)


def shelf(about: Subject) -> dict[str, Any]:
    """What the visitor chose for this model and table: ``params`` as text, ``space`` by name."""
    held: dict[str, dict[str, Any]] = st.session_state.setdefault(_SHELF, {})
    return held.setdefault(about.both.digest, {"params": {}})


def _settings(about: Subject, method: Method) -> dict[str, str]:
    """How to search and among what; returns the parameters of the method as text."""
    held = shelf(about)["params"]

    def changed(name: str, text: str) -> None:
        held.pop(name, None)
        if text:
            held[name] = text
        frame.redraw(PART)

    with st.container(border=True, key="tuning_settings"):
        way = _way(held.get("way", "random"), changed)
        span_text = tuning_space.draw(about, shelf(about))
        _loss(about.model, held.get("loss", "auto"), changed)
        skip = ("way", "space", "loss", "trials" if way == "grid" else "points")
        good = settings.draw(
            method, held, about.table.schema, about.model.task, changed, skip, "tune.", about.asked.level == "expert"
        )
    kept = {name: text for name, text in good.items() if name not in skip}
    return {**kept, "way": way, "space": span_text, "loss": held.get("loss", "auto")}


def _way(now: str, changed: settings.Changed) -> str:
    """Random, grid or Bayesian."""
    key = fresh.key("tune_way", now)
    st.segmented_control(
        "How candidates are found",
        list(_WAYS),
        format_func=_WAYS.__getitem__,
        key=key,
        required=True,
        on_change=fresh.listen(key, lambda value: changed("way", value)),
    )
    st.caption(_TOLD[now])
    return now


def _loss(model: Model, now: str, changed: settings.Changed) -> None:
    """What counts as worse."""
    options = fitting(LOSS, model.task).choices
    key = fresh.key("tune_loss", now if now in options else "auto")
    st.selectbox(
        "What counts as worse",
        options,
        format_func=partial(titled, LOSS),
        key=key,
        width=420,
        on_change=fresh.listen(key, lambda value: changed("loss", "" if value == "auto" else value)),
        help="The lower, the better",
    )


def _work(params: dict[str, str], space: tuple[Span, ...]) -> tuple[str, bool]:
    """How much is to be done, in words, and whether that can be."""
    folds = int(params.get("folds") or 5)
    if params["way"] != "grid":
        size = spaces.size(space)
        count = (
            int(min(int(params.get("trials") or 20), size))
            if params["way"] == "bayesian"
            else params.get("trials", "20")
        )
        return f"{int(count):,} candidates × {folds} folds = {int(count) * folds:,} trainings", True
    lists = [len(spaces.points(span, int(params.get("points") or 4))) for span in space]
    count = 1
    for length in lists:
        count *= length
    product = f"{' × '.join(map(str, lists))} = {count:,} candidates" if len(lists) > 1 else f"{count:,} candidates"
    if count > MOST:
        return f"{product}: {MOST:,} can be tried. Choose fewer settings or fewer values along each range.", False
    return f"{product} × {folds} folds = {count * folds:,} trainings", True


def _search(about: Subject, method: Method, params: dict[str, str]) -> None:
    """The button, the search, and what it found."""
    if not params["space"]:
        st.info("Choose at least one setting that may be tried.", icon=":material/info:")
        return
    space = spaces.parse(params["space"], {one.span.name: one.now for one in workshop.settings(about.both)})
    key = fingerprint.of_params([about.both.digest, params])
    known, search = _searches().get(about.both.digest, ("", None))
    if search is not None and not search.look():
        st.fragment(_look, run_every=AGAIN, key="tuning_look")(about.both.digest)
        return
    words, can = _work(params, space)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Search", icon=":material/play_arrow:", type="primary", key="tune_start", disabled=not can,
            on_click=_start, args=(about, key, params),
        )  # fmt: skip
        st.caption(words)
    found = workshop.held(about.both, params)
    if found is None and search is not None:
        _stale(search, known == key)
        found = search.latest if isinstance(search.latest, Trials) else None
    if found is not None:
        tuning_result.draw(found, about, method)


def _stale(search: Running, same: bool) -> None:
    """What is worth knowing of a search that is over: why it failed, or that the settings above are others."""
    if search.error is not None:
        frame.tell(search.error)
    elif not same:
        st.caption(":material/info: Below is the last search; the settings above have changed since.")


def _searches() -> dict[str, tuple[str, Running]]:
    """Searches of this visit, by model and table, with what they were asked."""
    found: dict[str, tuple[str, Running]] = st.session_state.setdefault(_SEARCHES, {})
    return found


def _start(about: Subject, key: str, params: dict[str, str]) -> None:
    """Begin; an error is told where the result would stand."""
    model_id, table_id = subject.ids(about.asked)
    for name, (_, other) in list(_searches().items()):
        other.stop()
        if name != about.both.digest:
            del _searches()[name]
    try:
        search = workshop.begin(about.both, model_id, table_id, params)
    except ExplorerError as error:
        search = Running(lambda _progress: None, error=error)  # type: ignore[arg-type, return-value]  # never asked
        search.over.set()
    _searches()[about.both.digest] = (key, search)
    frame.redraw(PART)


def _look(digest: str) -> None:
    """A search under way: how far, how long, what is known, and a way to end it."""
    _, search = _searches().get(digest, ("", None))
    if search is None or search.look():
        question.whole_page()
    with st.container(border=True, key="tuning_running"):
        st.progress(min(1.0, search.fraction), text=safe(_step(search)))
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                "Stop and keep the best so far", icon=":material/stop_circle:", key="tune_stop", on_click=search.stop
            )
            st.caption("It goes on for two minutes while you look at other pages.")
        if isinstance(search.latest, Trials):
            tuning_result.so_far(search.latest)


def _step(search: Running) -> str:
    """The step and the time left."""
    if search.stopped:
        return "Ending after this training …"
    left = search.seconds / search.fraction - search.seconds if search.fraction > 0.03 else None
    return f"{search.step or 'Waiting for a place'}" + (f", about {left:.0f} s left" if left is not None else "")
