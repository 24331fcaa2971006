"""The instance in question, with everything that the panels of a page need."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from typing import Any

import numpy as np
import streamlit as st

from core import cache, failing, instances
from core.cache import Pair
from core.engine import output_index
from core.errors import ExplorerError, InputError, ModelError
from core.loading.samples import sample, samples
from core.registry import Progress
from core.types import UNNAMED, Array, Model, Table
from pages.parts import question, stop
from pages.parts.question import Question

SOON = 0.3
"""Seconds before a wait is shown."""
LONG = 1.0
"""Seconds after which the time left is told from however little is done."""


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """A question with its model, table and predictions.

    Attributes
    ----------
    predictions : ndarray, shape (n_rows, n_outputs)
        No rows where the model fails on some and the page can do without.
    output : int
        Output explained for this row.
    """

    asked: Question
    both: Pair
    predictions: Array
    output: int

    @property
    def model(self) -> Model:
        """The matched model."""
        return self.both.model

    @property
    def table(self) -> Table:
        """The matched table."""
        return self.both.table

    @property
    def row(self) -> int:
        """The instance's position."""
        return self.asked.row

    @property
    def label(self) -> str:
        """The class explained, or the target's name."""
        return label(self.model, self.table, self.output)

    def output_of(self, row: int) -> int:
        """The output explained for a row: the chosen class, else each row's own default."""
        return output_index(self.model, self.asked.output or None, self.predictions[row])


def label(model: Model, table: Table, output: int) -> str:
    """The class explained, or the target's name."""
    return model.classes[output] if model.classes else (table.target or UNNAMED)


def load(asked: Question, whole: bool = True) -> Subject:
    """Everything about the question.

    Parameters
    ----------
    asked : Question
    whole : bool
        Whether predictions of every row are needed.

    Raises
    ------
    ExplorerError
        If something does not exist or does not fit; a wrong row or class is told with what there is.
    """
    both = load_pair(asked)
    values = predictions(both) if whole else _if_known(both)
    row = both.table.position(asked.row) if asked.row >= 0 else both.table.position(-1)
    output = output_index(both.model, asked.output or None, values[row] if len(values) else None)
    return Subject(asked, both, values, output)


def load_pair(asked: Question) -> Pair:
    """The model and the table of a question; the first sample where it names none."""
    model_id, data_id = ids(asked)
    if not model_id.startswith(cache.MINE):
        sample(model_id)  # an unknown one is told by its name
    if not data_id:
        raise InputError(
            "This link names a model but no table.",
            "A table is needed to take instances from.",
            "Choose one under Load.",
        )
    return cache.pair(model_id, data_id)


def ids(asked: Question) -> tuple[str, str]:
    """The model's and the table's id, a sample's own table where none is named; empty where there is none."""
    model_id = asked.model or samples()[0].id
    tables = {entry.id: entry.table for entry in samples()}
    return model_id, asked.data or tables.get(model_id, "")


def fits(model_id: str, table: str) -> bool:
    """True where one of the visitor's own models fits the table."""
    try:
        cache.pair(model_id, table)
    except ExplorerError:
        return False
    return True


def onto(model_id: str, table_id: str) -> dict[str, Any]:
    """Changes that put another model and table in question; of the same table all that is chosen of it stays."""
    asked = question.held()
    same = bool(table_id) and table_id == ids(asked)[1]
    kept = {name: getattr(asked, name) for name in ("row", "rows", "feature", "studio")} if same else {}
    return {"model": model_id, "data": table_id, **kept}


def predictions(both: Pair) -> Array:
    """Predictions of every row; a bar shows how far it is when that takes long, and nothing is shown without them."""
    title = "Predicting every row"
    if stop.halted("predictions", title, lambda: None):
        st.stop()
    with stop.running("predictions"), patience(title) as progress:
        try:
            return cache.predictions(both, progress)
        except ModelError as error:
            raise failing.told(error, failing_rows(both), both.table) from error


def with_rows(error: ModelError, both: Pair) -> ModelError:
    """An error of a model with the rows named, where it is known to fail on some of the table's."""
    known = both.digest in st.session_state.get("unpredictable", ())
    return failing.told(error, failing_rows(both), both.table) if known else error


def failing_rows(both: Pair) -> failing.Failing:
    """The rows that the model cannot predict, looked for once a pair."""
    found: failing.Failing = cache.keep(both, "failing", [], lambda: failing.rows(both.model, both.table))
    return found


def _if_known(both: Pair) -> Array:
    """Predictions of every row; none where the model failed on some before in this visit, or fails now."""
    failed: set[str] = st.session_state.setdefault("unpredictable", set())
    if both.digest not in failed:
        try:
            return predictions(both)
        except ExplorerError:
            failed.add(both.digest)
    return np.empty((0, max(1, len(both.model.classes))))


def duration(seconds: float) -> str:
    """A time in words, in the unit that a person would use."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7_200 else f"{seconds / 3_600:.0f} hours"


def left(fraction: float, then: float, spent: float) -> str:
    """The time left in words, told from the last step: it falls while the next one is on its way.

    Parameters
    ----------
    fraction, then : float
        How far the work was at its last step, above 0, and after how many seconds.
    spent : float
        Seconds since the start.
    """
    whole = then / fraction
    if whole - spent >= 1:
        return f"about {duration(whole - spent)} left"
    return "almost done" if spent <= 1.2 * whole + 1 else "longer than foreseen"


@contextmanager
def patience(title: str, way_out: str = "Opening another page stops it.") -> Iterator[Progress]:
    """A progress bar once a wait is longer than people notice, with the time left and the way to end it.

    A choice in another part of the page waits for the part that runs; another page starts at the next sign of progress.
    """
    places: list[Any] = []  # made when it is needed: an empty place costs the browser as much as a full one
    started = time.monotonic()
    reached = (0.0, 0.0)  # how far the work was at its last step, and after how many seconds

    def show(fraction: float, step: str) -> None:
        nonlocal reached
        spent = time.monotonic() - started
        if fraction > reached[0]:
            reached = fraction, spent
        if spent > SOON:
            if not places:
                places.append(st.empty())
            known = fraction > 0.05 or (fraction > 0 and spent > LONG)
            rest = f", {left(*reached, spent)}" if known and fraction < 1 else ""
            words = f"{step or title}{rest}. {way_out}"
            places[0].progress(min(max(fraction, 0.0), 1.0), text=words)

    yield show
    for place in places:
        place.empty()


def known(subject: Subject) -> Array | None:
    """True values as numbers, kept with the pair."""
    found: tuple[Array | None] = cache.keep(
        subject.both, "truth", [], lambda: (instances.truth(subject.model, subject.table),)
    )
    return found[0]


def rows_in_view(subject: Subject) -> np.ndarray:
    """Positions of the rows that the visitor's filter lists, in order; all rows when there is no filter."""
    if not len(subject.predictions):
        return np.empty(0, dtype=np.int64)  # every row that is opened needs them
    query = current_query(subject)
    key = [query_key(query), subject.output if query_uses_output(query) else -1]
    return cache.keep(
        subject.both,
        "rows",
        key,
        lambda: instances.select(subject.model, subject.table, subject.predictions, subject.output, query),
    )


def current_query(subject: Subject) -> instances.Query:
    """The filter of this pair, as the visitor set it."""
    held = st.session_state.get("query", {})
    return held.get(subject.both.digest, instances.Query())


def set_query(subject: Subject, query: instances.Query) -> None:
    """Remember the filter of this pair."""
    st.session_state["query"] = {subject.both.digest: query}


def query_key(query: instances.Query) -> list[object]:
    """The filter as plain values for a key."""
    return list(astuple(query))


def query_uses_output(query: instances.Query) -> bool:
    """True when the filter's answer depends on the class explained."""
    bounded = query.low is not None or query.high is not None
    return bounded or query.condition in ("highest", "lowest") or query.sort == "prediction"


def choose(row: int) -> None:
    """Ask about another instance."""
    question.ask(row=int(row))
