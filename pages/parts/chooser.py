"""Choose the model and the table."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core import cache
from core.loading.samples import samples
from core.views import words
from pages.parts import fresh, question, subject
from pages.parts.question import Question


def draw(asked: Question) -> None:
    """Two drop-downs: samples and the visitor's own."""
    models, tables = model_names(), table_names()
    model_id, data_id = subject.ids(asked)
    _select("Model", models, model_id, "model")
    if len([name for name in tables if name.startswith(cache.MINE)]) or asked.data:
        _select("Data", tables, data_id, "data")


def model_names() -> dict[str, str]:
    """Ids of models with their names, the visitor's own first."""
    return _own("model") | {sample.id: sample.title for sample in samples()}


def table_names() -> dict[str, str]:
    """Ids of tables with their names, the visitor's own first."""
    return _own("table") | {sample.table: sample.title.split(" · ")[0] for sample in samples()}


def _own(kind: str) -> dict[str, str]:
    """The visitor's files; those of one name are numbered, since a list tells them apart by nothing else."""
    names: dict[str, str] = {}
    for identity, upload in cache.uploads(kind).items():
        alike = sum(name.startswith(f"{upload.name} (yours") for name in names.values())
        names[identity] = f"{upload.name} (yours{f', {alike + 1}' if alike else ''})"
    return names


def _select(label: str, names: dict[str, str], chosen: str, field: str) -> None:
    """One drop-down; a choice starts the page again."""
    key = fresh.key(f"chosen_{field}", chosen if chosen in names else None)
    st.selectbox(
        label,
        list(names),
        index=None,
        format_func=lambda identity: words.short(names[identity]),
        key=key,
        on_change=fresh.listen(key, lambda identity: _changed(field, identity)),
    )


def _changed(field: str, value: str | None) -> None:
    """Another model or table was chosen."""
    if value and field == "data":
        question.ask(data=value)
    elif value:
        question.ask(**_with(value))


def _with(model_id: str) -> dict[str, Any]:
    """Another model in question: on the table that is there where it takes that, else on its own."""
    asked = question.held()
    here, own = subject.ids(asked)[1], subject.ids(Question(model=model_id))[1]
    if own == here:
        return {**subject.onto(model_id, here), "data": asked.data}
    if not own and subject.fits(model_id, here):
        return subject.onto(model_id, here)
    return {"model": model_id, "data": ""}
