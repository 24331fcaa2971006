"""Other models that take the table in question, to be put beside the one in question."""

from __future__ import annotations

import streamlit as st

from core import cache, comparison
from core.engine import output_index
from core.errors import ExplorerError, InputError
from core.loading.samples import samples
from pages.parts import chooser, frame, fresh, question, subject
from pages.parts.question import Question
from pages.parts.subject import Subject

KEY = "beside"


def options(about: Subject) -> dict[str, str]:
    """Other models that take this table: the visitor's own that fit it, and the samples' of the same kind of table."""
    here, table = subject.ids(about.asked)
    tables = {sample.id: sample.table for sample in samples()}
    fitting = {name for name, other in tables.items() if other in (table, tables.get(here))}
    return {
        name: title
        for name, title in chooser.model_names().items()
        if name != here and (name in fitting or (name.startswith(cache.MINE) and subject.fits(name, table)))
    }


def under(about: Subject, model_id: str) -> Subject:
    """The same row and class under another model.

    Raises
    ------
    ExplorerError
        If the model does not take this table, or answers another kind of question.
    """
    _, table = subject.ids(about.asked)
    other = subject.load(Question(model=model_id, data=table, row=about.row))
    if about.model.task != other.model.task:
        raise InputError(
            "These two models cannot be compared.",
            f"One predicts {'a number' if about.model.task == 'regression' else 'classes'}, the other does not.",
            "Choose a model for the same task.",
        )
    if about.label in other.model.classes:
        output = output_index(other.model, about.label)
        return Subject(other.asked, other.both, other.predictions, output)
    return other


def named(about: Subject) -> list[str]:
    """Ids of the models that the link puts beside this one, as far as they can be."""
    known = options(about)
    return [name for name in dict.fromkeys(about.asked.versus.split(",")) if name in known][: comparison.MOST - 1]


def draw(about: Subject) -> None:
    """The choice of models to put beside this one; nothing where there is none."""
    known = options(about)
    if not known:
        return
    key = fresh.key(KEY, named(about))
    st.multiselect(
        "Compare with",
        list(known),
        format_func=known.__getitem__,
        key=key,
        max_selections=comparison.MOST - 1,
        placeholder="other models that take this table",
        on_change=fresh.listen(key, lambda chosen: question.ask(versus=",".join(chosen))),
        help="Puts other models into the same pictures: performance, importance and profiles",
    )
    for name in named(about):
        try:
            under(about, name)
        except ExplorerError as error:
            frame.tell(error, st.warning)


def chosen(about: Subject) -> list[Subject]:
    """The models put beside this one; those that do not fit were told by ``draw``."""
    found = []
    for name in named(about):
        try:
            found.append(under(about, name))
        except ExplorerError:
            continue
    return found


def swap(about: Subject, other: Subject) -> None:
    """Ask about a model that stands beside the one in question, which then stands beside it."""
    here, there = subject.ids(about.asked)[0], other.asked.model
    beside = [here if name == there else name for name in named(about)]
    output = about.asked.output if about.asked.output in other.model.classes else ""
    question.hold(model=there, data=other.asked.data, output=output, versus=",".join(beside))
