"""SHAP of many rows: one picture at a time or all side by side; the bars beside permutation importance."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core import cache, registry
from core.results import Attributions
from core.views import View, dependence, view, words
from core.views import attributions as many
from pages.parts import chart, downloads, frame, fresh, leads, question, subject, tables
from pages.parts.subject import Subject
from pages.parts.text import safe, safe_long

ONE, ALL = "scatter", "all"
PAIRS = (("swarm", "bar"), ("heat", "stack"), ("paths", ONE))
"""How all pictures stand side by side."""


def draw(result: Attributions, about: Subject, key: str, said: DeltaGenerator) -> View:
    """One picture of many rows at a time, one feature's scatter, or all of them side by side."""
    options = {**many.PICTURES, ONE: "One feature", ALL: "Side by side"}
    chosen = leads.picture(options, key)
    drawn = view(result, picture=chosen if chosen in many.PICTURES else "swarm", dark=chart.dark())
    said.markdown(safe_long(drawn.sentence))
    if chosen == ALL:
        _all(result, about, key)
    elif chosen == "bar" and about.asked.level == "expert":
        _beside(result, drawn, about, key)
    else:
        _one(result, chosen, about, key)
    leads.leave()
    return drawn


def _all(result: Attributions, about: Subject, key: str) -> None:
    """Every picture of the same rows, each drawn by itself."""
    titles = {**many.PICTURES, ONE: "One feature"}
    for pair in PAIRS:
        for column, picture in zip(st.columns(2, gap="medium"), pair, strict=True):
            with column:
                st.markdown(f"**{titles[picture]}**")
                _one(result, picture, about, key)


def _one(result: Attributions, picture: str, about: Subject, key: str) -> None:
    """One picture, and what a click on it does."""
    if picture == ONE:
        _scatter(result, about, key)
        return
    drawn = view(result, picture=picture, dark=chart.dark())
    if picture == "bar":
        chart.show(drawn, f"{key}.bar", leads.pick)
        return
    chart.show(drawn, f"{key}.{picture}", on_mark=leads.open_dot)
    grey = "Grey: levels, which have no order. " if picture == "swarm" and many.unordered(drawn.rows) else ""
    st.caption(f":material/touch_app: {grey}Click a mark to open its row in Explain.")


def _scatter(result: Attributions, about: Subject, key: str) -> None:
    """One feature's attribution against its value, coloured by its likely partner."""
    names = [result.features[place] for place in many.ranked(result)]
    picked = about.asked.feature
    chosen = picked if picked in names else names[0]
    name = fresh.key(f"{key}.scatter", chosen)
    st.selectbox(
        "Feature",
        names,
        format_func=lambda text: words.short(text, 60),
        key=name,
        on_change=fresh.listen(name, lambda feature: question.ask(feature=feature)),
        width=320,
    )
    cloud = dependence.points(result, chosen)
    drawn = view(cloud, dark=chart.dark())
    chart.show(drawn, f"{key}.dots", on_mark=leads.open_dot)
    told = f"Coloured by {safe(words.short(cloud.colour_title))}, which best tells apart rows of nearly equal value: "
    told += "a sign that the two interact, no proof. "
    st.caption(f":material/touch_app: {told if cloud.colour_title else ''}Click a dot to open its row in Explain.")
    downloads.draw(cloud, "shap-one-feature", f"{key}.one")


def _beside(result: Attributions, drawn: View, about: Subject, key: str) -> None:
    """Mean sizes beside permutation importance, where the truth is known."""
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown("**SHAP**: how far it moves the answers")
        chart.show(drawn, f"{key}.bar", leads.pick)
    method = registry.get("permutation_importance")
    with right, frame.boundary(method.title):
        st.markdown("**Permutation**: how much worse without it")
        with subject.patience(method.title) as progress:
            other = cache.explain(about.both, method.id, [0], about.output, {}, progress)[0]
        beside = view(other, k=10, dark=chart.dark())
        chart.show(beside, f"{key}.permutation", leads.pick)
        with st.container(horizontal=True, gap="small"):
            tables.numbers(beside.table, f"{key}.permuted", beside.alt)
            downloads.draw(other, "permutation-importance", f"{key}.permuted")
