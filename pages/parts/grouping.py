"""Which groups are compared: their columns, the one that the others are compared with, and a group's own cutoff."""

from __future__ import annotations

import json
from collections.abc import Mapping

import streamlit as st

from core import cache, fairness_asked, registry
from core.errors import ExplorerError
from core.groups import COLUMNS, eligible
from core.groups import usual as usual_column
from core.params import resolve
from core.registry import Job
from core.views import words
from pages.parts import fresh, leads, settings
from pages.parts.subject import Subject

CHOSEN = ("privileged", "moved", "cutoffs")
"""Settings that name a group: other columns have other groups."""


def controls(method: str, about: Subject, params: Mapping[str, str], changed: settings.Changed) -> None:
    """Columns and the group compared with; a group's own cutoff where the method takes one.

    Parameters
    ----------
    method : str
        Id of a method that takes ``protected`` and ``privileged``.
    params : mapping
        Settings of the section, as text.
    changed : callable
        Called with a setting's name and its new value as text.
    """
    takes = [param.name for param in registry.get(method).params]
    spots = st.columns(2)
    with spots[0]:
        _columns(method, about, params, changed)
    try:
        split = _split(method, about, params)
    except ExplorerError:
        return  # the answer below says why
    names = list(split.groups.names)
    if "privileged" in takes:
        with spots[1]:
            _first(method, names, changed)
    if "cutoffs" in takes:
        _cutoff(method, names, params, changed)


def _columns(method: str, about: Subject, params: Mapping[str, str], changed: settings.Changed) -> None:
    """The columns that group the rows, also such that the model does not take."""
    usual, why = usual_column(about.table)
    key = fresh.key(f"model.{method}.protected", list(fairness_asked.columns(about.table, params.get("protected", ""))))

    def chosen(names: list[str]) -> None:
        held = leads.shelf(about).get(method, {})
        for name in CHOSEN:
            held.pop(name, None)
        changed("protected", json.dumps(names) if names else "")

    st.multiselect(
        "Groups by",
        list(eligible(about.table)),
        key=key,
        max_selections=COLUMNS,
        placeholder=f"{words.short(usual, 40)}, {why}",
        on_change=fresh.listen(key, chosen),
        help="The column that should not decide; several are combined. Also a column that the model does not take.",
    )


def _split(method: str, about: Subject, params: Mapping[str, str]) -> fairness_asked.Split:
    """The groups as the method makes them, found once."""

    def make() -> fairness_asked.Split:
        given = resolve(registry.get(method), dict(params), about.table)
        return fairness_asked.split_rows(Job(about.model, about.table, 0, about.output, given))

    found: fairness_asked.Split = cache.keep(about.both, "groups", [method, dict(params)], make)
    return found


def _first(method: str, names: list[str], changed: settings.Changed) -> None:
    """The group that the others are compared with."""
    key = fresh.key(f"model.{method}.privileged", names[0])
    st.selectbox(
        "Compared with",
        names,
        key=key,
        on_change=fresh.listen(key, lambda name: changed("privileged", name)),
        help="Often the group that is suspected to be treated better; the largest where nobody says",
    )


def _cutoff(method: str, names: list[str], params: Mapping[str, str], changed: settings.Changed) -> None:
    """One group's own cutoff; that group is also the one whose curve is drawn."""
    try:
        own = fairness_asked.pairs(params.get("cutoffs", ""))
        usual = float(params.get("cutoff") or 0.5)
    except ValueError:
        return
    spots = st.columns(2)
    held = params.get("moved", "")
    key = fresh.key(f"model.{method}.moved", held if held in names else None)
    with spots[0]:
        st.selectbox(
            "Cutoff of one group",
            names,
            index=None,
            key=key,
            placeholder="the same for all",
            on_change=fresh.listen(key, lambda name: changed("moved", name or "")),
            help="Moves the cutoff of this group alone: its measures change, those of the others stay",
        )
    if held not in names:
        return
    key = fresh.key(f"model.{method}.cutoffs", float(own.get(held, usual)))

    def moved(value: float) -> None:
        left = {name: float(text) for name, text in own.items() if name != held}
        made = left if value == usual else {**left, held: value}
        changed("cutoffs", json.dumps(made) if made else "")

    with spots[1]:
        st.slider("Its cutoff", 0.0, 1.0, step=0.01, key=key, on_change=fresh.listen(key, moved))
