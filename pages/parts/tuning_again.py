"""Train the model again as it is, without rows that are wrong or with their truth corrected."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from core import cache, instances, training
from core.tuning.recipe import Recipe
from core.views import words
from pages.parts import frame, fresh, leads, question, subject, tuning_result
from pages.parts.subject import Subject
from pages.parts.text import safe

PART = "tuning_again"
SAID = "trained again"
_WORST, _MOST, _SHOWN = 100, 500, 20
_HELD = "wrong rows"
_OUT = "leave it out"
_LONGEST = 4_000


def draw(about: Subject) -> None:
    """One fragment; nothing where the model cannot be trained."""
    if training.refusal(about.model) is None and subject.known(about) is not None:
        st.fragment(_part, key=PART)()


def _part() -> None:
    """Which rows to leave out or to correct, the button, and the model beside the one before."""
    leads.leave()
    about = subject.load(question.current())
    box = st.expander(
        "**Would it say the same without wrong rows?** Train it again as it is", key="open_again", on_change="rerun"
    )
    if not box.open:
        return
    with box, frame.boundary("Training again"):
        st.markdown(
            "Rows with a wrong truth mislead a model. Leave them out or correct them here, then train the same kind of "
            "model with the settings it has, and compare."
        )
        chosen = _rows(about)
        recipe = _recipe(about, chosen)
        added = tuning_result.added(about, recipe)
        if added is not None:
            tuning_result.beside(about, added)
            return
        tuning_result.keep(_said(recipe), ":material/refresh:", "train_again", "", about, recipe, SAID)


def _recipe(about: Subject, chosen: dict[int, Any]) -> Recipe:
    """The settings as they are; rows without a truth of their own are left out."""
    for row in list(chosen)[:_SHOWN]:
        _line(about, chosen, row)
    if len(chosen) > _SHOWN:
        st.caption(f"The other {len(chosen) - _SHOWN} rows are left out.")
    corrected = tuple((row, truth) for row, truth in chosen.items() if truth is not None)
    return Recipe({}, 0, tuple(row for row, truth in chosen.items() if truth is None), corrected)


def _said(recipe: Recipe) -> str:
    """What the button does."""
    parts = [
        f"{word} {len(rows)} {'row' if len(rows) == 1 else 'rows'}"
        for word, rows in (("without", recipe.left_out), ("with", recipe.corrected))
        if rows
    ]
    ending = " corrected" if recipe.corrected else ""
    return f"Train again {' and '.join(parts)}{ending}" if parts else "Train again on all rows"


def _line(about: Subject, chosen: dict[int, Any], row: int) -> None:
    """One of the rows: what it is, a way to see why, and another truth for it."""
    left, middle, right = st.columns([4, 3, 2], vertical_alignment="center")
    left.markdown(safe(f"row {_name(about, row)}"))

    def act(value: Any) -> None:
        chosen[row] = None if value in (None, _OUT) else value
        frame.redraw(PART)

    if about.model.classes:
        key = fresh.key(f"truth_of_{row}", chosen[row] or _OUT)
        middle.selectbox(
            "What becomes of it",
            [_OUT, *about.model.classes],
            format_func=lambda name: name if name == _OUT else f"it is {words.short(name, 30)}",
            key=key,
            label_visibility="collapsed",
            on_change=fresh.listen(key, act),
        )
    else:
        key = fresh.key(f"truth_of_{row}", chosen[row])
        middle.number_input(
            "What it is", value=None, key=key, placeholder=_OUT, format="%g", label_visibility="collapsed",
            on_change=fresh.listen(key, act),
        )  # fmt: skip
    right.button(
        "See why", icon=":material/lightbulb:", type="tertiary", key=f"see_{row}", on_click=leads.go, args=(row,)
    )


def _rows(about: Subject) -> dict[int, Any]:
    """Rows to leave out or correct: those with the largest errors are offered, any other can be written."""
    held: dict[str, dict[int, Any]] = st.session_state.setdefault(_HELD, {})
    chosen = held.setdefault(about.both.digest, {})
    worst = cache.keep(about.both, "worst rows", _WORST, lambda: _worst(about))
    left, right = st.columns([3, 1], vertical_alignment="bottom")

    def keep(rows: list[int]) -> None:
        kept = {row: chosen.get(row) for row in sorted(set(rows))[:_MOST]}
        chosen.clear()
        chosen.update(kept)
        frame.redraw(PART)

    key = fresh.key("wrong_rows", list(chosen))
    left.multiselect(
        "Wrong rows",
        list(dict.fromkeys([*chosen, *worst])),
        format_func=lambda row: _name(about, row),
        key=key,
        placeholder="none; the largest errors come first",
        on_change=fresh.listen(key, keep),
        filter_mode="prefix",
        select_all=False,
        max_selections=_MOST,
    )
    typed = fresh.key("wrong_numbers", "")
    right.text_input(
        "or by number",
        key=typed,
        placeholder="12, 40",
        on_change=fresh.listen(typed, lambda text: keep([*chosen, *_numbers(about, text)])),
    )
    return chosen


def _numbers(about: Subject, text: str) -> list[int]:
    """The rows of the table whose numbers are written."""
    return [int(part) for part in text[:_LONGEST].replace(",", " ").split() if _is_row(about, part)]


def _is_row(about: Subject, text: str) -> bool:
    """True for the number of a row of the table."""
    return text.isascii() and text.isdigit() and len(text) < 12 and int(text) < len(about.table)


def _worst(about: Subject) -> list[int]:
    """Rows whose prediction is farthest from the truth."""
    gaps = instances.errors(about.model, about.predictions, subject.known(about))
    ranked = np.argsort(-np.nan_to_num(gaps, nan=-1.0), kind="stable")[:_WORST]
    return [int(row) for row in ranked if not np.isnan(gaps[row])]


def _name(about: Subject, row: int) -> str:
    """A row's number, its name, and its truth."""
    name = f" · {words.short(about.table.row_name(row), 24)}" if about.table.label else ""
    return f"{row}{name}: is {words.short(str(about.table.truth(row)), 20)}"
