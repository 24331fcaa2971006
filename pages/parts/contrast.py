"""Side by side: one instance under two models, or several instances under one, on one axis."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core import cache, registry
from core.agreement import compare
from core.comparison import MOST, together
from core.errors import InputError
from core.results import Attribution
from core.types import Scale
from core.views import view, words
from pages.parts import chart, downloads, fresh, headline, question, rivals, subject, tables
from pages.parts.subject import Subject
from pages.parts.text import safe, safe_long

METHOD = "shap"


def models(about: Subject) -> None:
    """The same instance under a second model."""
    options = rivals.options(about)
    if not options:
        st.info("There is no second model for this table. Add one under Load.", icon=":material/info:")
        return
    chosen = about.asked.versus.split(",")[0] or next(iter(options))
    key = fresh.key("versus", chosen if chosen in options else None)
    st.selectbox(
        "Second model",
        list(options),
        index=None,
        format_func=lambda name: options[name],
        key=key,
        on_change=fresh.listen(key, lambda name: question.ask(versus=name or "")),
        width=420,
    )
    pair(about, rivals.under(about, chosen), "models")


def pair(about: Subject, other: Subject, key: str) -> None:
    """What two models say of the same instance, and why, side by side."""
    _say(about, other)
    first, second = _same_scale([about, other])
    _show([first, second], [about.model.name, other.model.name], key)
    st.info(safe_long(compare(first, second).text), icon=":material/balance:")


def _say(about: Subject, other: Subject) -> None:
    """What both models say."""
    for column, one in zip(st.columns(2), (about, other), strict=True):
        with column.container(border=True):
            st.markdown(f":gray[{safe(one.model.name)}]")
            st.markdown(f"### {safe(headline.said(one))}")
            st.caption(safe(headline.strip(one).sentence))


def _same_scale(subjects: Sequence[Subject]) -> list[Attribution]:
    """Attributions in one scale: each model's own where they agree, else probability."""
    own = [_attribution(one) for one in subjects]
    if len({result.scale for result in own}) == 1:
        return own
    return [_attribution(one, "probability") for one in subjects]


def _attribution(about: Subject, scale: Scale | None = None, row: int | None = None) -> Attribution:
    """One row's attribution."""
    with subject.patience(registry.get(METHOD).title) as progress:
        params = {} if scale is None else {"scale": scale}
        chosen = about.row if row is None else row
        found = cache.explain(about.both, METHOD, [chosen], about.output, params, progress)[0]
    if not isinstance(found, Attribution):
        raise InputError("This method does not split a prediction into bars.")
    return found


def instances(about: Subject) -> None:
    """Up to five instances under one model, on one axis."""
    rows = chosen_rows(about)
    listed = [int(row) for row in subject.rows_in_view(about)[:500]]
    options = list(dict.fromkeys([*rows, *listed]))
    key = fresh.key("more_rows", rows)
    st.multiselect(
        "Instances, up to five (the list follows the filter at the left)",
        options,
        format_func=lambda row: f"{_name(about, row)} · {headline.said(about, row)}",
        key=key,
        max_selections=MOST,
        on_change=fresh.listen(key, lambda chosen: question.ask(rows=",".join(map(str, chosen)))),
    )
    if len(rows) < 2:
        st.info("Choose at least two instances.", icon=":material/info:")
        return
    results = [_attribution(about, row=row) for row in rows]
    _show(results, [_name(about, row) for row in rows], "instances")


def chosen_rows(about: Subject) -> list[int]:
    """The instances of the link; without one, this instance and the one predicted most differently."""
    given = [int(part) for part in about.asked.rows.split(",") if part.strip().isdigit()]
    rows = [row for row in dict.fromkeys(given) if row < len(about.table)][:MOST]
    if rows:
        return rows
    gaps = abs(about.predictions[:, about.output] - about.predictions[about.row, about.output])
    return list(dict.fromkeys([about.row, int(gaps.argmax())]))


def _name(about: Subject, row: int) -> str:
    """A row's name and number."""
    name = words.short(about.table.row_name(row), 30)
    return f"{name} (row {row})" if about.table.label else name


def _show(results: Sequence[Attribution], names: Sequence[str], key: str) -> None:
    """The bars of all on one axis, in words, as a picture and as numbers."""
    found = together(results, names)
    drawn = view(found, dark=chart.dark())
    st.markdown(safe_long(drawn.sentence))
    chart.show(drawn, f"compare_{key}")
    with st.container(horizontal=True, gap="small"):
        tables.numbers(drawn.table, f"compare_{key}", drawn.alt)
        downloads.draw(found, f"compare-{key}", f"compare_{key}")
