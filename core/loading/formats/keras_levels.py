"""Layers that look levels up: text and whole numbers to codes, 0 and 1, or learned numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from core.loading.formats.keras_build import Build, Value
from core.loading.formats.keras_config import Part
from core.portable.form import Column
from core.portable.inputs import NAN
from core.types import Array

_MOST = 100_000
_CELLS = 2_000_000


def embedding(build: Build, part: Part, path: str, given: Sequence[Value]) -> Value:
    """Embedding of whole numbers: row ``code`` of a learned table."""
    [value] = given
    count, width = int(part.number("input_dim")), int(part.number("output_dim"))
    table = build.array(part, path, 0, (count, width))
    columns = _looked_up(part, value, count, width, table)
    return Value((*value.shape, width), columns=columns)


def category(_build: Build, part: Part, _path: str, given: Sequence[Value]) -> Value:
    """CategoryEncoding of one code: 1 at its place."""
    [value] = given
    count, mode = int(part.number("num_tokens")), part.config.get("output_mode")
    if mode not in ("one_hot", "multi_hot") or value.width != 1 or part.config.get("sparse"):
        part.refuse("It encodes several codes, or counts them.")
    if not 1 <= count <= _MOST:
        part.refuse(f"It has {count} codes.")
    return Value((count,), columns=_looked_up(part, value, count, count))


def lookup(build: Build, part: Part, path: str, given: Sequence[Value]) -> Value:
    """StringLookup and IntegerLookup: the place of a level in the vocabulary."""
    [value] = given
    part.without("invert", "sparse", "idf_weights", "pad_to_max_tokens")
    mode, spare = part.config.get("output_mode"), int(part.number("num_oov_indices", 1))
    if mode not in ("int", "one_hot", "multi_hot") or spare not in (0, 1):
        part.refuse("It spreads unknown levels by a hash, or counts.")
    mask = part.config.get("mask_token")
    first = [mask] if mode == "int" and mask is not None else []
    words = [word for word in _vocabulary(build, part, path) if word not in (mask, part.config.get("oov_token"))]
    known = {word: float(code) for code, word in enumerate([*first, *([_UNKNOWN] * spare), *words])}
    count, unseen = len(first) + spare + len(words), float(len(first)) if spare else NAN
    known.pop(_UNKNOWN, None)
    columns = tuple(_code(part, column, known, unseen) for column in value.columns)
    if value.place >= 0 or len(columns) != value.width:
        part.refuse("It looks up what other layers have computed.")
    coded = Value(value.shape, columns=columns)
    if mode == "int":
        return coded
    if value.width != 1:
        part.refuse("It encodes several columns as one.")
    return Value((count,), columns=_looked_up(part, coded, count, count))


_UNKNOWN = object()


def _vocabulary(build: Build, part: Part, path: str) -> list[Any]:
    """Levels from the config, or from the file beside it."""
    text = part.kind == "StringLookup"
    found = part.config.get("vocabulary")
    if not isinstance(found, list):
        member = build.assets.get(f"assets/{path}/vocabulary.txt")
        if member is None:
            part.refuse("Its vocabulary is not in the file.")
        try:
            found = member().decode("utf-8").splitlines()
        except UnicodeDecodeError:
            part.refuse("Its vocabulary is no text.")
    if len(found) > _MOST or any(not isinstance(word, str | int) or isinstance(word, bool) for word in found):
        part.refuse("Its vocabulary is no list of levels.")
    try:
        return [str(word) if text else int(word) for word in found]
    except ValueError:
        part.refuse("Its vocabulary is no list of whole numbers.")


def _code(part: Part, column: Column, known: Mapping[Any, float], unseen: float) -> Column:
    """A person's own column by level."""
    if column.op != "number" or column.steps:
        part.refuse("It looks up what other layers have computed.")
    return Column(column.source, "lookup", fill=unseen, unseen=unseen, table=tuple(known.items()))


def _looked_up(part: Part, value: Value, count: int, width: int, table: Array | None = None) -> tuple[Column, ...]:
    """For each column of codes, one column for each list of answers by code: a learned table's, or 0 and 1."""
    if value.place >= 0:
        part.refuse("It looks up what other layers have computed.")
    if count * width * max(1, value.width) > _CELLS:
        part.refuse("Its table is too large for a column.")
    answers = (np.eye(count) if table is None else table).T.tolist()
    return tuple(_answered(column, count, answer) for column in value.columns for answer in answers)


def _answered(column: Column, count: int, answer: Sequence[float]) -> Column:
    """One column of codes as what each code stands for; codes beyond the list have no answer."""
    codes: Callable[[float], float] = lambda code: answer[int(code)] if 0 <= code < count else NAN  # noqa: E731  # one line says it
    if column.op == "lookup":
        table = tuple((level, codes(code)) for level, code in column.table)
        return replace(column, table=table, fill=codes(column.fill), unseen=codes(column.unseen))
    return Column(column.source, "lookup", table=tuple((code, float(answer[code])) for code in range(count)))
