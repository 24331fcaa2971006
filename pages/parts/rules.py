"""A local model's answer: bars, beside them the table of values and weights, and the chances of all classes."""

from __future__ import annotations

import streamlit as st

from core.results import Attribution
from core.views import View, rules
from pages.parts import chart, panel, profile, tables
from pages.parts.subject import Subject
from pages.parts.text import safe, safe_long


def draw(result: Attribution, about: Subject, key: str, side: bool) -> View:
    """Show one class after the other, the chosen one first; ``side`` puts the table beside the bars."""
    drawn = panel.picture(result, about)
    unused = st.toggle("Show features without a rule", key=f"{key}.unused", persist_state="session")
    for place, one in enumerate((result, *result.also)):
        own = drawn if one is result else panel.picture(one, about)
        if result.also:
            st.markdown(f"**{safe(one.label)}**")
        st.markdown(safe_long(own.sentence))
        left, right = st.columns([7, 5], gap="medium") if side else (st.container(), st.container())
        with left:
            chart.show(own, f"{key}.chart" if place == 0 else f"{key}.chart.{place}", profile.pick)
        with right:
            _weights(one, about, f"{key}.rules.{place}", unused)
        panel.checks(one.checks)
    _chances(about, key)
    return drawn


def _weights(one: Attribution, about: Subject, key: str, unused: bool) -> None:
    """The table of values and weights."""
    instance = about.table.instance(about.row)
    cells = {name: instance[name].iloc[0] for name in about.table.schema.names}
    table = rules.rules(one, cells, unused)
    tables.draw(
        table,
        key,
        f"Rules for {one.label} with the instance's values and their weights",
        column_config={"weight": st.column_config.NumberColumn(format="%+.4g")},
    )


def _chances(about: Subject, key: str) -> None:
    """What the model says of each class."""
    if not about.model.classes:
        return
    st.caption("What the model itself says of each class")
    tables.draw(
        rules.chances(about.model, about.predictions[about.row]),
        f"{key}.chances",
        "Probability of every class",
        column_config={"probability": st.column_config.ProgressColumn(format="percent", min_value=0.0, max_value=1.0)},
    )
