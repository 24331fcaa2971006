"""What the app keeps between runs and between visitors; the only module of core that knows Streamlit.

Models, tables and answers of the samples are shared by all visitors. What a visitor uploads lives in the visitor's own
session: its bytes in the session's state, its worker and answers in a store that closes when the session ends.
Every key is one digest of contents, so a key can never serve another question's answer.
"""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import streamlit as st

from core import fingerprint, quota, registry
from core.asking import by_parts
from core.engine import explain_rows, job_key, output_index
from core.errors import ExplorerError, InputError
from core.params import resolve
from core.quota import Upload as Upload
from core.registry import Progress, silent, unheard
from core.results import Result
from core.store import Budget, Store
from core.types import Array, Model, Table

LIMITS = {"model": 12, "table": 12, "pair": 24, "predictions": 24, "result": 6000, "other": 96, "drawing": 1500}
OWN_LIMITS = {"model": 3, "table": 3, "pair": 9, "predictions": 9, "result": 1500, "other": 18, "drawing": 500}
OWN_LIMITS["session"] = 3
KINDS = ("session", "model", "table")
"""Kinds of uploads."""
PREDICT_ROWS = 50_000
PREFETCH = 25
"""Explanations in a page of the force plot."""
_LOG = logging.getLogger("instance_explorer")
MINE = "mine-"
"""Ids of uploads begin with this; the rest is the digest of their bytes."""


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """A model and a table that fit together.

    Attributes
    ----------
    notes : tuple of str
        What matching did ("2 columns are not used by the model").
    mine : bool
        True when either is the visitor's upload: its answers stay in the session.
    digest : str
    """

    model: Model
    table: Table
    notes: tuple[str, ...]
    mine: bool
    digest: str


def _release(value: Any) -> None:
    """Close a worker that nobody needs any more."""
    close = getattr(value, "close", None)
    if callable(close):
        close()


_SHARED = Store(LIMITS, _release)
"""What all visitors share: samples and their answers; of this module, so that the server can fill it beforehand."""


@st.cache_resource(show_spinner=False, scope="session", on_release=Store.close)
def _own() -> Store:
    """What belongs to one visitor."""
    return Store(OWN_LIMITS, _release, quota.weight, (Budget(quota.OWN_READ), quota.READ))


def store(mine: bool) -> Store:
    """The visitor's own store, or the shared one."""
    return _own() if mine else _SHARED


def settle() -> None:
    """Put what is loaded out of the garbage collector's sight.

    Streamlit collects after every run; with the libraries loaded that costs 94 ms each time, frozen nearly nothing.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def preload() -> None:
    """Make the first answer before the first visitor asks (runs beside the server)."""
    from core.loading.samples import samples

    first = samples()[0]
    try:
        both = pair(first.id, first.table)
        predictions(both)
        explain(both, "shap", range(min(PREFETCH, len(both.table))), output_index(both.model, None), {})
    except ExplorerError:
        _LOG.exception("The first sample could not be prepared")


def uploads(kind: str) -> dict[str, Upload]:
    """The visitor's uploads of a kind (``"model"``, ``"table"``), by id."""
    shelf: dict[str, Upload] = st.session_state.setdefault(f"uploads.{kind}", {})
    return shelf


def add_upload(kind: str, name: str, data: bytes, **options: Any) -> str:
    """Keep a file for this session and return its id; the oldest of too many, or of too many bytes, is let go.

    Raises
    ------
    InputError
        If all visitors' files together take what they may.
    """
    digest = fingerprint.of_bytes(data, name.encode(), fingerprint.of_params(options).encode())
    identity = MINE + digest[:16]
    shelf = uploads(kind)
    fresh = quota.admit(Upload(name, data, options))
    shelf.pop(identity, None)
    shelf[identity] = fresh
    while len(shelf) > OWN_LIMITS[kind]:
        drop_upload(kind, next(iter(shelf)))
    for other in sorted(KINDS, key=lambda name: name == kind):
        while quota.too_many(_files()) and (left := [name for name in uploads(other) if name != identity]):
            drop_upload(other, left[0])
    return identity


def _files() -> list[Upload]:
    """All files of the visitor's."""
    return [upload for kind in KINDS for upload in uploads(kind).values()]


def drop_upload(kind: str, identity: str) -> None:
    """Forget an upload and close what was opened from it."""
    uploads(kind).pop(identity, None)
    _own().drop(kind, identity)


def upload(kind: str, identity: str) -> Upload:
    """Find an upload of this visitor, or say that it was somebody else's."""
    found = uploads(kind).get(identity)
    if found is None:
        raise InputError(
            f"This {kind} was uploaded in another visit.",
            "Uploads stay with the person who made them and are forgotten when their page is closed: "
            "a link cannot share them.",
            "Upload the same file here under Load, or choose a sample.",
        )
    return found


def model(identity: str) -> Model:
    """A sample's model, or an upload of this visitor, opened once.

    Raises
    ------
    InputError
        If there is none of that id.
    ModelError
        If the file is refused.
    """
    mine = identity.startswith(MINE)

    def load() -> Model:
        if mine:
            from core.workshop import opened

            loaded = opened(upload("model", identity), table)
        else:
            from core.loading.samples import load_sample_model

            loaded = load_sample_model(identity)
        if gc.isenabled():  # at the start it is off, and what is loaded settles when the first answer is drawn
            settle()
        return loaded

    if mine:
        upload("model", identity)
    return store(mine).get("model", identity, load)


def table(identity: str) -> Table:
    """A sample's table, or an upload of this visitor, read once.

    Raises
    ------
    InputError
        If there is none of that id, or it cannot be read.
    """
    mine = identity.startswith(MINE)

    def load() -> Table:
        if mine:
            return _read(upload("table", identity))
        from core.loading.samples import load_sample_table

        return load_sample_table(identity)

    if mine:
        upload("table", identity)
    return store(mine).get("table", identity, load)


def _read(given: Upload) -> Table:
    """Parse a visitor's table in a worker; where none can be locked, here, within the budgets of the door."""
    from core.loading.left_out import leave_out
    from core.loading.uploads import open_table_upload

    options = dict(given.options)
    without = options.pop("without", ())
    found = open_table_upload(given.data, given.name, **options)
    return leave_out(found, without) if without else found


def pair(model_id: str, table_id: str) -> Pair:
    """A model and a table, matched by column names.

    Raises
    ------
    InputError
        If they do not fit; the message names the columns.
    """
    mine = model_id.startswith(MINE) or table_id.startswith(MINE)
    own_model, own_table = model(model_id), table(table_id)
    key = fingerprint.of_params([own_model.fingerprint, own_table.fingerprint, model_id, table_id])

    def match_them() -> Pair:
        from core.loading.match import match

        found = match(own_model, own_table)
        digest = fingerprint.of_params([found.model.fingerprint, found.table.fingerprint])
        return Pair(found.model, found.table, tuple(found.notes), mine, digest)

    return store(mine).get("pair", key, match_them)


def predictions(both: Pair, progress: Progress = silent) -> Array:
    """Predictions of every row, computed once per model and table; shape (n_rows, n_outputs)."""
    import numpy as np

    from core.workers.client import heard

    def ask(low: int, high: int) -> Array:
        tell = partial(progress, low / len(both.table), "Predicting every row")
        with heard(tell):  # a worker that takes long over a part can be left in its middle
            tell()
            return both.model.predict(both.table.rows(np.arange(low, high)))

    def compute() -> Array:
        quota.check_answers(len(both.table), len(both.model.features), len(both.model.classes))
        values = by_parts(len(both.table), PREDICT_ROWS, ask, unheard).copy()  # one part is the model's own array
        values.flags.writeable = False
        return values

    return store(both.mine).get("predictions", both.digest, compute)


def keep(both: Pair, name: str, question: Any, make: Callable[[], Any], family: str = "other") -> Any:
    """Remember anything else about a pair: ``make()`` runs once for a name and a canonical question."""
    return store(both.mine).get(family, fingerprint.of_params([name, both.digest, question]), make)


def explain(
    both: Pair,
    method_id: str,
    rows: Sequence[int],
    output: int,
    params: Mapping[str, Any],
    progress: Progress = silent,
) -> list[Result]:
    """Answers of one method for some rows; only those that are not held are computed, in one batch.

    Parameters
    ----------
    output : int
        Position of the class explained; 0 for regression.
    params : mapping
        As given by a person or a link; checked here.
    """
    method = registry.get(method_id)
    resolved = resolve(method, params, both.table)
    held = store(both.mine)
    keys = {row: job_key(method, both.model, both.table, row, output, resolved) for row in rows}
    found = {row: held.find("result", key) for row, key in keys.items()}
    answers: dict[int, Result] = {row: answer for row, answer in found.items() if answer is not None}
    missing = [row for row in found if row not in answers]
    if missing:
        fresh = explain_rows(method_id, both.model, both.table, missing, output=output, progress=progress, **resolved)
        for row, answer in zip(missing, fresh, strict=True):
            held.keep("result", keys[row], answer)
            answers[row] = answer
    return [answers[row] for row in rows]
