"""How each kind of answer about a whole model or table is shown, and where a click on it leads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core import cache, comparison, registry
from core.instances import Query
from core.methods.distribution import sturges
from core.results import Attributions, Importance, Points, Profile, Result, Scores, Together
from core.types import Task
from core.views import View, dependence, scores, view, words
from core.views import attributions as many
from pages.parts import chart, frame, panel, question, settings, subject
from pages.parts.subject import Subject
from pages.parts.text import safe, safe_long

FOLLOWERS = tuple(
    f"section_{name}" for name in ("model_profile", "distribution", "target_against_feature", "shap_summary")
)
TASKS: tuple[Task, ...] = ("binary", "multiclass", "regression")
SKIPPED: dict[str, dict[str, tuple[Task, ...]]] = {
    "performance": {"cutoff": ("regression", "multiclass")},
    "distribution": {"bins": TASKS, "instance": TASKS},
    "residuals": {"size": ("binary", "multiclass")},
}
"""Settings of methods that mean nothing for some tasks, or that the page sets by other means."""
TOLD = ("worst rows",)
"""Checks that a page tells by other means."""
WORST = 5
PICKED = ("surrogate", "matrix")
"""Kinds of which a click on a mark picks a feature."""
_GO = "go to explain"


def leading(about: Subject) -> str:
    """The session's key for the feature that the model relies on most."""
    return f"leading.{about.both.digest}"


def plain(result: Result, about: Subject, key: str, said: DeltaGenerator) -> View:
    """Words and picture."""
    drawn = panel.picture(result, about)
    said.markdown(safe_long(drawn.sentence))
    chart.show(drawn, f"{key}.chart", pick if result.kind in PICKED else None)
    return drawn


def importance(result: Importance, about: Subject, key: str, said: DeltaGenerator) -> View:
    """Bars; a click shows the feature's profile below."""
    _lead(result, about)
    drawn = view(result, dark=chart.dark())
    said.markdown(safe_long(drawn.sentence))
    chart.show(drawn, f"{key}.chart", pick)
    st.caption(":material/touch_app: Click a bar to see how the answer changes with that feature, below.")
    return drawn


def _lead(result: Importance, about: Subject) -> None:
    """Remember the feature that the model relies on most: profiles begin with it."""
    st.session_state.setdefault(leading(about), max(zip(result.values, result.features, strict=True))[1])


def pick(feature: str) -> None:
    """Show another feature wherever one is shown."""
    question.ask(feature=feature)
    frame.redraw(*frame.held(FOLLOWERS))


def performance(result: Scores, about: Subject, key: str, said: DeltaGenerator) -> View:
    """The numbers, and one picture at a time."""
    known = scores.pictures(result)
    with st.container(horizontal=True, gap="medium", key=f"{key}.scores"):
        for score in result.scores:
            st.metric(
                score.name.upper() if len(score.name) <= 4 else score.name.capitalize(),
                words.number(score.value, 3),
                help=score.help,
                width="content",
            )
    chosen = _picture(known, key) if known else None
    drawn = view(result, picture=chosen, dark=chart.dark())
    said.markdown(safe_long(drawn.sentence))
    if chosen == scores.CONFUSION:
        chart.show(drawn, f"{key}.{chosen}", on_mark=lambda mark: _open_cell(about, result, mark))
        st.caption(":material/touch_app: Click a cell to open its rows in Explain.")
        _leave()
    else:
        chart.show(drawn, f"{key}.{chosen}")
    return drawn


def together(result: Together, about: Subject, key: str, said: DeltaGenerator) -> View:
    """Several models in one picture."""
    first = result.results[0]
    options: dict[str, Any] = {"dark": chart.dark()}
    if isinstance(first, Scores):
        known = comparison.pictures(result)
        options["picture"] = _picture(known, f"{key}.together") if known else None
    if isinstance(first, Profile) and first.feature in about.table.schema.names:
        options["feature"] = about.table.schema[first.feature]
    drawn = view(result, **options)
    said.markdown(safe_long(drawn.sentence))
    if isinstance(first, Importance):
        _lead(first, about)
    if isinstance(first, Scores):
        st.dataframe(panel.readable(drawn.table), hide_index=True, alt="Scores of each model", key=f"{key}.compared")
    chart.show(drawn, f"{key}.together", pick if isinstance(first, Importance) else None)
    return drawn


def _open_cell(about: Subject, result: Scores, mark: Mapping[str, Any]) -> None:
    """Take the rows of one cell of the confusion matrix to Explain."""
    truth, chosen = (scores.place(result, str(mark.get(name))) for name in ("truth", "said"))
    if truth is None or chosen is None:
        return
    cutoff = 0.5 if result.cutoff is None else result.cutoff
    query = Query(cell=(truth, chosen, cutoff))
    subject.set_query(about, query)
    rows = subject.rows_in_view(about)
    if len(rows):
        _go(int(rows[0]))


def attributions(result: Attributions, about: Subject, key: str, said: DeltaGenerator) -> View:
    """One picture of many rows at a time, then one feature's scatter."""
    options = {**many.PICTURES, "scatter": "One feature"}
    chosen = _picture(options, key)
    shown = "swarm" if chosen == "scatter" else chosen
    drawn = view(result, picture=shown, dark=chart.dark())
    said.markdown(safe_long(drawn.sentence))
    if chosen == "scatter":
        _scatter(result, about, key)
    elif chosen == "bar":
        _beside(result, drawn, about, key)
    else:
        chart.show(drawn, f"{key}.{chosen}", on_mark=_open_dot)
        st.caption(":material/touch_app: Click a mark to open its row in Explain.")
    _leave()
    return drawn


def _picture(options: Mapping[str, str], key: str) -> str:
    """Which picture is shown."""
    name = f"{key}.picture"
    if st.session_state.get(name) not in options:
        st.session_state[name] = next(iter(options))
    chosen = st.segmented_control(
        "Picture", list(options), format_func=options.__getitem__, key=name, required=True, label_visibility="collapsed"
    )
    return str(chosen)


def _scatter(result: Attributions, about: Subject, key: str) -> None:
    """One feature's attribution against its value, coloured by its likely partner."""
    names = [result.features[place] for place in many.ranked(result)]
    picked = about.asked.feature
    name = f"{key}.scatter"
    st.session_state[name] = picked if picked in names else names[0]
    st.selectbox(
        "Feature",
        names,
        format_func=lambda text: words.short(text, 60),
        key=name,
        on_change=lambda: question.ask(feature=st.session_state[name]),
        width=320,
    )
    cloud = dependence.points(result, st.session_state[name])
    drawn = view(cloud, dark=chart.dark())
    chart.show(drawn, f"{key}.dots", on_mark=_open_dot)
    told = f"Coloured by {safe(words.short(cloud.colour_title))}, the feature that it interacts with most. "
    st.caption(f":material/touch_app: {told if cloud.colour_title else ''}Click a dot to open its row in Explain.")


def _beside(result: Attributions, drawn: View, about: Subject, key: str) -> None:
    """Mean sizes beside permutation importance, where the truth is known."""
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown("**SHAP**: how far it moves the answers")
        chart.show(drawn, f"{key}.bar", pick)
    method = registry.get("permutation_importance")
    with right, frame.boundary(method.title):
        st.markdown("**Permutation**: how much worse without it")
        with subject.patience(method.title) as progress:
            other = cache.explain(about.both, method.id, [0], about.output, {}, progress)[0]
        chart.show(view(other, k=10, dark=chart.dark()), f"{key}.permutation", pick)


def points(result: Points, about: Subject, key: str, said: DeltaGenerator) -> View:
    """Dots; a click, or a name under them, opens the row."""
    drawn = view(result, dark=chart.dark())
    said.markdown(safe_long(drawn.sentence))
    chart.show(drawn, f"{key}.chart", on_mark=_open_dot)
    ends = "furthest off" if key == "residuals" else "with the largest values"
    st.caption(f":material/touch_app: Click a dot to open its row in Explain, or open one of those {ends}:")
    _leave()
    worst = drawn.table.head(WORST)
    with st.container(horizontal=True, gap="small"):
        for row, name, height in zip(worst["row"], worst["name"], worst[result.y_title], strict=True):
            st.page_link(
                frame.page("explain"),
                label=f"{safe(words.short(str(name), 24))} ({safe(words.number(float(height), 3))})",
                icon=":material/lightbulb:",
                query_params=question.as_link(question.with_row(about.asked, int(row))),
            )
    return drawn


def _open_dot(mark: Mapping[str, Any]) -> None:
    """Take one row to Explain."""
    if mark.get("row") is not None:
        _go(int(mark["row"]))


def _go(row: int) -> None:
    """Leave for Explain as soon as the page runs again."""
    subject.choose(row)
    st.session_state[_GO] = True


def _leave() -> None:
    """Go to Explain when a click asked for it."""
    if st.session_state.pop(_GO, False):
        st.switch_page(frame.page("explain"), query_params=question.as_link(question.held()))


SHOWS: dict[str, Callable[..., View]] = {
    "scores": performance,
    "importance": importance,
    "points": points,
    "attributions": attributions,
    "together": together,
}
"""How each kind is shown; the others have words and a picture."""


def _bins(about: Subject, params: Mapping[str, str], changed: settings.Changed) -> None:
    """How many bins, around Sturges' number; levels have none."""
    feature = about.table.schema[params.get("feature") or about.table.schema.names[0]]
    if not feature.is_ordered:
        return
    usual = sturges(round(len(about.table) * (1 - feature.missing)))
    low, high = max(1, usual - 10), usual + 10
    name = "distribution.bins"
    st.session_state[name] = min(max(int(params.get("bins") or usual), low), high)
    st.slider(
        "Bins",
        low,
        high,
        key=name,
        on_change=lambda: changed("bins", "" if st.session_state[name] == usual else str(st.session_state[name])),
        help=f"{usual} by Sturges' rule: the logarithm of the number of rows",
    )


CONTROLS: dict[str, Callable[..., None]] = {"distribution": _bins}
"""Controls that the page draws itself."""
