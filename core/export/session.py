"""Explanations as a file: taken along, opened elsewhere without the model, added to later, joined with others'.

The file is JSON of ``core/codec``: opening one builds values of ``core.results`` and nothing else. What comes in is not
trusted: its size is bounded, each field is held against its declared type, and each answer is drawn once.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from core import fingerprint
from core.codec import decode, encode, plain
from core.errors import ExplorerError, InputError
from core.export.added import added_up
from core.export.opened import opened
from core.export.public import to_json
from core.export.session_types import fits
from core.results import KINDS, Result
from core.types import Model, Table
from core.views import view, words

FORMAT = "instance-explorer session"
VERSION = 1
LARGEST = 15_000_000
"""Bytes of a file that is written or opened at most."""
MOST = 5_000
"""Answers in a file at most."""


@dataclass(frozen=True, slots=True, eq=False)
class Session:
    """Answers with what is known of their models, tables and rows.

    Attributes
    ----------
    title : str
    models, tables : mapping of str to mapping
        By fingerprint: ``name, kind, task, classes`` of a model; ``name, rows, target`` of a table.
    rows : mapping of str to mapping
        By ``"<table fingerprint>/<row>"``: ``name`` and ``truth`` of the rows that answers speak of.
    results : tuple of Result
        Each with its provenance, in the order in which they came.
    """

    title: str
    models: Mapping[str, Mapping[str, Any]]
    tables: Mapping[str, Mapping[str, Any]]
    rows: Mapping[str, Mapping[str, Any]]
    results: tuple[Result, ...]

    def name_of(self, result: Result) -> str:
        """What the result's instance is called; empty for answers about a whole model."""
        origin = result.provenance
        if origin is None or origin.row is None:
            return ""
        held = self.rows.get(f"{origin.table}/{origin.row}", {})
        return str(held.get("name", f"row {origin.row}"))


def session(results: Sequence[Result], model: Model, table: Table, *, title: str = "") -> Session:
    """Gather answers about one model and table.

    Parameters
    ----------
    results : sequence of Result
        From ``core.engine``, with provenance.
    model, table : Model, Table
        Those that the answers are about.

    Raises
    ------
    InputError
        If an answer has no provenance, or is about another model or table.
    """
    for result in results:
        origin = result.provenance
        if origin is None or (origin.model, origin.table) != (model.fingerprint, table.fingerprint):
            raise InputError("An answer is not about this model and table.", "A session names what it is about.")
    rows = {result.provenance.row for result in results if result.provenance and result.provenance.row is not None}
    about_model = {"name": model.name, "kind": model.kind, "task": model.task, "classes": list(model.classes)}
    about_table = {"name": table.name, "rows": len(table), "target": table.target, "weights": table.weights}
    return joined(
        Session(
            title or model.name,
            {model.fingerprint: about_model},
            {table.fingerprint: about_table},
            {
                f"{table.fingerprint}/{row}": {"name": table.row_name(row), "truth": plain(table.truth(row))}
                for row in sorted(rows)
            },
            tuple(results),
        )
    )


def joined(*parts: Session, overwrite: bool = True) -> Session:
    """One session of several; the same question is kept once.

    Parameters
    ----------
    *parts : Session
        At least one; also about different models and tables.
    overwrite : bool
        True: of two answers to the same question the later one stays; False: the earlier one.
    """
    kept: dict[str, Result] = {}
    for result in (result for part in parts for result in part.results):
        key = question(result)
        if overwrite or key not in kept:
            kept[key] = result
    return Session(
        parts[0].title,
        _merged(part.models for part in parts),
        _merged(part.tables for part in parts),
        _merged(part.rows for part in parts),
        tuple(kept.values()),
    )


def _merged(parts: Iterable[Mapping[str, Mapping[str, Any]]]) -> dict[str, Mapping[str, Any]]:
    """All entries; later ones win."""
    return {key: value for part in parts for key, value in part.items()}


def question(result: Result) -> str:
    """The digest of what a result answers: method, model, table, row, output and settings."""
    origin = result.provenance
    if origin is None:
        return fingerprint.of_params([encode(result)])
    label = getattr(result, "label", "")
    asked = [origin.method, origin.version, origin.model, origin.table, origin.row, label]
    return fingerprint.of_params([*asked, {str(name): encode(value) for name, value in origin.params.items()}])


def to_session(held: Session) -> bytes:
    """Write a session.

    Returns
    -------
    bytes
        UTF-8 JSON; the same bytes for the same session.

    Raises
    ------
    InputError
        If it would be too large to be opened.
    """
    body = {
        "format": FORMAT,
        "version": VERSION,
        "title": held.title,
        "models": held.models,
        "tables": held.tables,
        "rows": held.rows,
        "answers": [encode(result) for result in held.results],
    }
    found = json.dumps(body, ensure_ascii=True, allow_nan=False, separators=(",", ":"), sort_keys=True).encode("ascii")
    if len(found) > LARGEST:
        why = f"It would have {len(found) / 1e6:.0f} MB, and at most {LARGEST / 1e6:.0f} MB are opened."
        raise InputError("This session is too large.", why, "Save fewer answers, or several files.")
    return found


def from_session(data: bytes) -> Session:
    """Open a session.

    Parameters
    ----------
    data : bytes
        Not trusted.

    Raises
    ------
    InputError
        If it is not a session, is of a newer version, is too large, or an answer in it is not sound.
    """
    body = opened(data, LARGEST, "session", _sound, ("answers", MOST)) or {}
    if body.get("format") != FORMAT:
        raise InputError("This file is not a session.", "It does not say that it is one.", "Choose a session file.")
    if body.get("version") != VERSION:
        raise InputError("This session is of another version.", f"Version {VERSION} can be read here.")
    results = body.get("answers")
    if not isinstance(results, list):
        raise InputError("This session cannot be read.", f"It must hold a list of at most {MOST:,} answers.")
    title = body.get("title")
    return Session(
        words.short(title, 120) if isinstance(title, str) else "",
        _facts(body.get("models")),
        _facts(body.get("tables")),
        _facts(body.get("rows")),
        tuple(results),
    )


def _sound(answer: Any) -> Result:
    """An answer whose fields are of their types, of which a picture can be made; cut down to what it is about."""
    try:
        result = decode(answer)
    except RecursionError:
        raise InputError("This session cannot be read.", "Its values are nested too deeply.") from None
    if type(result) not in KINDS.values() or not fits(result):
        raise InputError(
            "This session cannot be read.", "A value in it is not of the kind that it says, or longer than any."
        )
    found: Result = result
    try:
        view(found)
        to_json(found)
        checked: Result = added_up(found)
        return checked
    except (ExplorerError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        why = f"One of its answers cannot be drawn ({type(error).__name__})."
        raise InputError("This session cannot be read.", why) from error


def _facts(given: Any) -> dict[str, Mapping[str, Any]]:
    """Facts about models, tables or rows: one level of plain values, texts of bounded length."""
    if not isinstance(given, dict) or len(given) > 10 * MOST:
        raise InputError("This session cannot be read.", "What its answers are about is missing.")
    return {
        words.short(str(key), 200): {words.short(str(name), 40): _fact(value) for name, value in facts.items()}
        for key, facts in given.items()
        if isinstance(facts, dict)
    }


def _fact(value: Any) -> Any:
    """A plain value, a list of texts, or nothing."""
    if isinstance(value, list):
        return tuple(words.short(str(item), 200) for item in value[:1000])
    return words.short(value, 200) if isinstance(value, str) else value if isinstance(value, int | float) else None


def without(held: Session, questions: Iterable[str]) -> Session:
    """The session without some answers, by ``question``."""
    dropped = set(questions)
    return replace(held, results=tuple(result for result in held.results if question(result) not in dropped))
