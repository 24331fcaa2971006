"""Train the model again as it is, on this table or without some of its rows: after wrong rows were found."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core import cache, instances, training
from core.tuning.recipe import Recipe
from core.views import words
from pages.parts import frame, fresh, question, subject, tuning_result
from pages.parts.subject import Subject

PART = "tuning_again"
SAID = "trained again"
_WORST, _MOST = 100, 500
_HELD = "left out"


def draw(about: Subject) -> None:
    """One fragment; nothing where the model cannot be trained."""
    if training.refusal(about.model) is None and subject.known(about) is not None:
        st.fragment(_part, key=PART)()


def _part() -> None:
    """Which rows to leave out, the button, and the model beside the one before."""
    about = subject.load(question.current())
    box = st.expander(
        "**Would it say the same without some rows?** Train it again as it is", key="open_again", on_change="rerun"
    )
    if not box.open:
        return
    with box, frame.boundary("Training again"):
        st.markdown(
            "Rows with a wrong truth mislead a model. Leave them out, or correct them in your file and load it again, "
            "then train the same kind of model with the settings it has, and compare."
        )
        out = _rows(about)
        recipe = Recipe({}, 0, tuple(out))
        added = tuning_result.added(about, recipe)
        if added is not None:
            tuning_result.beside(about, added)
            return
        count = f"{len(out)} {'row' if len(out) == 1 else 'rows'}"
        label = f"Train again without {count}" if out else "Train again on all rows"
        tuning_result.keep(label, ":material/refresh:", "train_again", "", about, recipe, SAID)


def _rows(about: Subject) -> list[int]:
    """Rows to leave out: those with the largest errors are offered, any other can be written."""
    held: dict[str, list[int]] = st.session_state.setdefault(_HELD, {})
    chosen = held.setdefault(about.both.digest, [])
    worst = cache.keep(about.both, "worst rows", _WORST, lambda: _worst(about))
    options = list(dict.fromkeys([*map(str, chosen), *map(str, worst)]))
    key = fresh.key("left_out", [str(row) for row in chosen])

    def act(texts: list[str]) -> None:
        numbers = [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 12]
        held[about.both.digest] = sorted({row for row in numbers if row < len(about.table)})[:_MOST]
        frame.redraw(PART)

    st.multiselect(
        "Rows to leave out",
        options,
        format_func=lambda text: _name(about, int(text)) if text.isdigit() else text,
        key=key,
        accept_new_options=True,
        placeholder="none; the largest errors come first, any row's number can be written",
        on_change=fresh.listen(key, act),
        max_selections=_MOST,
    )
    return held[about.both.digest]


def _worst(about: Subject) -> list[int]:
    """Rows whose prediction is farthest from the truth."""
    gaps = instances.errors(about.model, about.predictions, subject.known(about))
    ranked = np.argsort(-np.nan_to_num(gaps, nan=-1.0), kind="stable")[:_WORST]
    return [int(row) for row in ranked if not np.isnan(gaps[row])]


def _name(about: Subject, row: int) -> str:
    """A row's number, its name, and its truth."""
    if row >= len(about.table):
        return str(row)
    name = f" {words.short(about.table.row_name(row), 24)}" if about.table.label else ""
    return f"row {row}{name}: is {words.short(str(about.table.truth(row)), 20)}"
