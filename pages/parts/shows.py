"""How each kind of answer about a whole model or table is shown, and where a click on it leads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import combinations
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.instances import Query
from core.results import Aspects, Fairness, Importance, Matrix, Points, Profile, Result, Scores, Subsets, Together
from core.truth import sample
from core.views import View, matrix, scores, subsets, view, words
from core.views import points as points_view
from core.views.pictures import every, pictures
from core.views.together import choices, squares
from pages.parts import chart, frame, leads, many_rows, panel, question, rivals, subject, tables
from pages.parts.subject import Subject
from pages.parts.text import safe, safe_long

TOLD = ("worst rows",)
"""Checks that a page tells by other means."""
WORST = 5
PICKED = ("surrogate",)
"""Kinds of which a click on a mark picks a feature."""


def plain(result: Result, about: Subject, key: str, said: DeltaGenerator) -> View:
    """Words and picture."""
    drawn = panel.picture(result, about)
    said.markdown(safe_long(drawn.sentence))
    chart.show(drawn, f"{key}.chart", leads.pick if result.kind in PICKED else None)
    return drawn


def pairs(result: Matrix, about: Subject, key: str, said: DeltaGenerator) -> View:
    """Coloured cells; where they are pairs of features a click picks one, else they are drawn as lines on demand."""
    options: dict[str, Any] = {"dark": chart.dark()}
    square = matrix.is_square(result)
    if not square:
        options["picture"] = leads.picture(matrix.PICTURES, key)
    drawn = view(result, **options)
    said.markdown(safe_long(drawn.sentence))
    chart.show(drawn, f"{key}.{options.get('picture', 'cells')}", leads.pick if square else None)
    return drawn


def curves(result: Profile, about: Subject, key: str, said: DeltaGenerator) -> View:
    """Average curves; single rows' or bars beside them, as the person likes."""
    bars = not result.ordered and leads.picture({"dots": "Dots", "bars": "Bars"}, key) == "bars"
    drawn = view(result, feature=about.table.schema[result.feature], bars=bars, dark=chart.dark())
    said.markdown(safe_long(drawn.sentence))
    chart.show(drawn, f"{key}.{'bars' if bars else 'chart'}")
    return drawn


def importance(result: Importance, about: Subject, key: str, said: DeltaGenerator) -> View:
    """Bars; a click shows the feature's profile below."""
    if key == "interactions":
        return couples(result, about, key, said)
    gaps = key == "missing_values"
    if not result.signed and not gaps:
        leads.lead(result, about)
    kinds = pictures(result)
    chosen = leads.picture(kinds, key) if kinds else "bars"
    drawn = view(result, picture=chosen, dark=chart.dark())
    said.markdown(safe_long(drawn.sentence))
    chart.show(drawn, f"{key}.{chosen}", lambda name: leads.pick(leads.feature_of(name, about.model.features)))
    seen = "how that feature is spread, above" if gaps else "how the answer changes with that feature, below"
    st.caption(f":material/touch_app: Click a bar to see {seen}.")
    return drawn


def worst(result: Subsets, about: Subject, key: str, said: DeltaGenerator) -> View:
    """Subsets; a click on one, or a row of the table, opens its rows."""
    chosen = leads.picture(subsets.PICTURES, key)
    drawn = view(result, picture=chosen, schema=about.table.schema, dark=chart.dark())
    said.markdown(safe_long(drawn.sentence))
    chart.show(drawn, f"{key}.{chosen}", on_mark=lambda mark: _open_subset(about, result, mark))
    st.caption(":material/touch_app: Click a dot to open its rows in Explain, the most wrong first.")
    leads.leave()
    return drawn


def groups(result: Fairness | Aspects, about: Subject, key: str, said: DeltaGenerator) -> View:
    """A comparison of groups of rows or features, one picture at a time; a click on a feature's bar picks it."""
    chosen = leads.picture(every(result), key)
    drawn = view(result, picture=chosen, dark=chart.dark())
    said.markdown(safe_long(drawn.sentence))
    chart.show(drawn, f"{key}.{chosen}", leads.pick if chosen == "tree" else None)
    return drawn


def _open_subset(about: Subject, result: Subsets, mark: Mapping[str, Any]) -> None:
    """Take the rows of one subset to Explain."""
    place = mark.get("place")
    if not isinstance(place, int | float) or not 0 <= int(place) < len(result.subsets):
        return
    drawn = sample(result.provenance.params, about.table.schema)
    parts = (*drawn.where, *result.subsets[int(place)].parts)
    subject.set_query(about, Query(condition="largest error", where=parts, sample=drawn))
    rows = subject.rows_in_view(about)
    if len(rows):
        leads.go(int(rows[0]))


def couples(result: Importance, about: Subject, key: str, said: DeltaGenerator) -> View:
    """Bars of pairs; a click draws the two features together."""
    drawn = view(result, dark=chart.dark())
    said.markdown(safe_long(drawn.sentence))
    known = {" × ".join(couple): couple for couple in combinations(about.model.features, 2)}
    chart.show(drawn, f"{key}.chart", lambda name: leads.pick_couple(about, known.get(name, (name,))))
    st.caption(":material/touch_app: Click a bar to see the two features together, above.")
    return drawn


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
    chosen = leads.picture(known, key) if known else None
    drawn = view(result, picture=chosen, dark=chart.dark())
    said.markdown(safe_long(drawn.sentence))
    if chosen == scores.CONFUSION:
        cells(drawn, f"{key}.{chosen}", about, about, result)
    else:
        chart.show(drawn, f"{key}.{chosen}")
    return drawn


def cells(drawn: View, key: str, about: Subject, whose: Subject, result: Scores) -> None:
    """What a model takes for what; a click on a cell opens its rows under that model."""
    chart.show(drawn, key, on_mark=lambda mark: _open_cell(about, whose, result, mark))
    st.caption(":material/touch_app: Click a cell to open its rows in Explain.")
    leads.leave()


def together(result: Together, about: Subject, key: str, said: DeltaGenerator) -> View:
    """Several models in one picture."""
    first = result.results[0]
    options: dict[str, Any] = {"dark": chart.dark()}
    if isinstance(first, Scores | Fairness):
        known = choices(result)
        options["picture"] = leads.picture(known, f"{key}.together") if known else None
    if isinstance(first, Profile) and first.feature in about.table.schema.names:
        options["feature"] = about.table.schema[first.feature]
    drawn = view(result, **options)
    said.markdown(safe_long(drawn.sentence))
    if isinstance(first, Importance):
        leads.lead(first, about)
    if isinstance(first, Scores):
        st.dataframe(tables.readable(drawn.table), hide_index=True, alt="Scores of each model", key=f"{key}.compared")
    named = str(options.get("picture") or "lines")
    square = squares(result).get(named)
    if square is not None:  # other marks, so another chart
        whose = next(one for one in (about, *rivals.chosen(about)) if one.model.fingerprint == square.provenance.model)
        cells(drawn, f"{key}.together.square.{whose.both.digest}", about, whose, square)
        return drawn
    own = f".{named}" if isinstance(first, Fairness) else ""
    chart.show(drawn, f"{key}.together{own}", leads.pick if isinstance(first, Importance) else None)
    return drawn


def _open_cell(about: Subject, whose: Subject, result: Scores, mark: Mapping[str, Any]) -> None:
    """Take the rows of one cell of a confusion matrix to Explain, under the model that it belongs to."""
    truth, chosen = (scores.place(result, str(mark.get(name))) for name in ("truth", "said"))
    if truth is None or chosen is None:
        return
    cutoff = 0.5 if result.cutoff is None else result.cutoff
    drawn = sample(result.provenance.params, whose.table.schema, weighed=True)
    if whose is not about:
        rivals.swap(about, whose)
    subject.set_query(whose, Query(cell=(truth, chosen, cutoff), where=drawn.where, sample=drawn))
    rows = subject.rows_in_view(whose)
    if len(rows):
        leads.go(int(rows[0]))


def points(result: Points, about: Subject, key: str, said: DeltaGenerator) -> View:
    """Dots; a click, or a name under them, opens the row."""
    drawn = view(result, dark=chart.dark())
    said.markdown(safe_long(drawn.sentence))
    chart.show(drawn, f"{key}.chart", on_mark=leads.open_dot)
    ends = "furthest off" if key == "residuals" else "with the largest values"
    st.caption(f":material/touch_app: Click a dot to open its row in Explain, or open one of those {ends}:")
    leads.leave()
    worst = drawn.table.head(WORST)
    with st.container(horizontal=True, gap="small"):
        for row, name, height in zip(worst["row"], worst["name"], worst.iloc[:, points_view.HEIGHT], strict=True):
            st.page_link(
                frame.page("explain"),
                label=f"{safe(words.short(str(name), 24))} ({safe(words.number(float(height), 3))})",
                icon=":material/lightbulb:",
                query_params=question.as_link(question.with_row(about.asked, int(row))),
            )
    return drawn


SHOWS: dict[str, Callable[..., View]] = {
    "scores": performance,
    "matrix": pairs,
    "profile": curves,
    "importance": importance,
    "points": points,
    "subsets": worst,
    "fairness": groups,
    "aspects": groups,
    "attributions": many_rows.draw,
    "together": together,
}
"""How each kind is shown; the others have words and a picture."""
