"""What a search found: words, curve, table, the best settings, and the best model put beside the one before."""

from __future__ import annotations

import json
from typing import Any

import streamlit as st

from core import cache, workshop
from core.registry import Method
from core.results.trials import Trial, Trials
from core.tuning.recipe import Recipe
from core.views import trials, view
from core.views.view import View
from pages.parts import chart, contrast, frame, panel, question, rivals, subject, tables
from pages.parts.subject import Subject
from pages.parts.text import safe, safe_long

SAID = "tuned"
_ADDED = "tuned models"
_OPEN = 25
"""Trials whose table is open from the start."""


def so_far(found: Trials) -> None:
    """Words, curve and table of a search under way."""
    drawn = view(found, dark=chart.dark())
    st.markdown(safe_long(drawn.sentence))
    chart.show(drawn, "tuning_curve")
    _table(drawn, "tuning_so_far")


def draw(found: Trials, about: Subject, method: Method) -> None:
    """The whole result."""
    st.subheader("What was found", anchor=False)
    drawn = view(found, dark=chart.dark())
    st.markdown(safe_long(drawn.sentence))
    chart.show(drawn, "tuning_curve")
    panel.checks(found.checks)
    with st.expander("All trials", len(found.trials) <= _OPEN, icon=":material/table_rows:"):
        _table(drawn, "tuning_table")
    panel.foot(method, found, drawn, "tuning", about.asked.level == "expert")
    if found.winner is not None:
        _best(found, found.winner, about)


def _table(drawn: View, key: str) -> None:
    """Every trial as a line."""
    st.dataframe(tables.readable(drawn.table), hide_index=True, height="content", alt=drawn.alt, key=key)


def _best(found: Trials, winner: Trial, about: Subject) -> None:
    """The best settings, and a model trained with them."""
    st.subheader("The best settings", anchor=False)
    for name, value in winner.params.items():
        now = found.original.params.get(name)
        st.markdown(
            f"- **{safe(trials.called(name))}**: {safe(trials.value(value))} :small[(now {safe(trials.value(now))})]"
        )
    seed = int(found.provenance.seed or 0) if found.provenance else 0
    recipe = Recipe(winner.params, seed)
    there = added(about, recipe)
    if there is None:
        words = "Trains it on all rows of this table and adds it to the models that every page offers"
        keep("Explain the best", ":material/lightbulb:", "tune_keep", words, about, recipe, SAID)
    else:
        beside(about, there)
    with st.popover("In Python", icon=":material/code:", type="tertiary", key="tune_python"):
        st.code(_python(winner.params, seed), language="python")


def _python(params: Any, seed: int) -> str:
    """The best settings as two lines of Python."""
    given = ", ".join(f"{json.dumps(str(name))}: {value!r}" for name, value in params.items())
    fresh = f"best = sklearn.base.clone(estimator).set_params(**{{{given}}})"
    return f"{fresh}\nbest.fit(X, y)  # parts without a seed of their own: random_state={seed}"


def _key(about: Subject, recipe: Recipe) -> str:
    """What names a trained model in this visit."""
    return json.dumps([about.both.digest, recipe.plain()], sort_keys=True, default=str)


def added(about: Subject, recipe: Recipe) -> str | None:
    """The id of the model that was trained by a recipe before, while it is there."""
    identity = st.session_state.get(_ADDED, {}).get(_key(about, recipe))
    return identity if identity in cache.uploads("model") else None


def keep(label: str, icon: str, key: str, words: str, about: Subject, recipe: Recipe, said: str) -> None:
    """A button that trains by a recipe and adds the model; an error is told in its place."""
    if not st.button(label, icon=icon, type="primary", key=key, help=words or None):
        return
    model_id, table_id = subject.ids(about.asked)
    with frame.boundary("The training"):
        with st.spinner(f"Training on {len(about.table):,} rows …"):
            identity = workshop.add(model_id, table_id, recipe, said)
        st.session_state.setdefault(_ADDED, {})[_key(about, recipe)] = identity
        question.whole_page()  # the list of models has one more


def beside(about: Subject, identity: str) -> None:
    """The instance in question before and after, and where to go on."""
    name = cache.uploads("model")[identity].name
    st.success(
        f"**{safe(name)}** is among the models of every page now. It was trained on all rows of this table whose truth "
        "is known, so what it says of these rows looks better than it will for new ones.",
        icon=":material/check_circle:",
    )
    asked = question.as_link(about.asked)
    _, table_id = subject.ids(about.asked)
    with st.container(horizontal=True):
        st.page_link(
            frame.page("compare"), label="Compare the two", icon=":material/compare_arrows:",
            query_params={**asked, "versus": identity},
        )  # fmt: skip
        st.page_link(
            frame.page("explain"), label="Explain it", icon=":material/lightbulb:",
            query_params={"model": identity, "data": table_id, "row": str(about.row)},
        )  # fmt: skip
        st.page_link(
            frame.page("model"), label="Both performances", icon=":material/model_training:",
            query_params={**asked, "versus": identity},
        )  # fmt: skip
    st.subheader(f"Before and after: {safe(about.table.row_name(about.row))}", anchor=False)
    with frame.boundary("Before and after"):
        contrast.pair(about, rivals.under(about, identity), f"tuned_{identity[-8:]}")
