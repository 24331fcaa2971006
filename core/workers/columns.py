"""Tables on the wire: columns of numbers as raw arrays, text as its letters, levels and objects as values and codes."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any, get_args

import numpy as np
import pandas as pd
from pandas.api.internals import create_dataframe_from_blocks  # type: ignore[import-not-found]  # not in the stubs

from core import row_weights
from core.errors import InputError
from core.loading import budgets
from core.types import Feature, Kind, Schema, Table
from core.workers import letters
from core.workers.cells import decode_cells, decode_value, encode_cells, encode_value
from core.workers.wire import Closed, Message
from core.workers.words import is_text, shown

_PLAIN = frozenset("biuf")
_NOTES, _WORDS, _DECIMALS = 200, 2_000, 20
_DIGEST = re.compile("[0-9a-f]{1,64}")

Encoded = tuple[dict[str, Any], list[np.ndarray]]


def encode_frame(frame: pd.DataFrame) -> tuple[dict[str, Any], list[np.ndarray]]:
    """A frame as a description and arrays; dtypes, levels and missing cells survive.

    Columns of one number type travel together, as one array.
    """
    names, kinds = [str(name) for name in frame.columns], list(frame.dtypes)
    if kinds and all(is_plain(kind) and kind == kinds[0] for kind in kinds):
        values = frame.to_numpy()
        row_major = bool(values.flags.c_contiguous)
        block = {"rows": len(frame), "names": names, "order": "C" if row_major else "F"}
        return block, [values if row_major else values.T]
    groups: dict[str, list[int]] = {}
    for position, kind in enumerate(kinds):
        if is_plain(kind):
            groups.setdefault(kind.str, []).append(position)
    blocks: list[list[Any]] = [[places, {"as": "numbers"}] for places in groups.values()]
    arrays = [frame.iloc[:, places].to_numpy().T for places in groups.values()]
    for position in [place for place, kind in enumerate(kinds) if not is_plain(kind)]:
        description, parts = encode_column(frame.iloc[:, position])
        blocks.append([[position], description])
        arrays.extend(parts)
    return {"rows": len(frame), "names": names, "blocks": blocks}, arrays


def is_plain(kind: Any) -> bool:
    """True for numpy's own number types."""
    return isinstance(kind, np.dtype) and kind.kind in _PLAIN


def encode_column(column: pd.Series) -> tuple[dict[str, Any], list[np.ndarray]]:
    """One column that is not of plain numbers, or the levels of one."""
    kind = column.dtype
    if is_plain(kind):
        return {"as": "numbers"}, [column.to_numpy()]
    if isinstance(kind, np.dtype) and kind.kind in "mM":
        return {"as": "times", "dtype": kind.str}, [column.to_numpy().view(np.int64)]
    if isinstance(kind, pd.CategoricalDtype):
        levels, inner = encode_column(pd.Series(kind.categories))
        return {"as": "levels", "of": levels, "ordered": bool(kind.ordered)}, [column.cat.codes.to_numpy(), *inner]
    if hasattr(kind, "numpy_dtype") and kind.numpy_dtype.kind in _PLAIN:
        zero: Any = kind.type(0)  # in the column's own type: the stubs know no numpy scalar
        filled = column.fillna(zero).to_numpy(dtype=kind.numpy_dtype)
        return {"as": "nullable", "dtype": str(kind)}, [filled, column.isna().to_numpy()]
    if letters.is_text(kind):
        return letters.described(kind), letters.encode([column.array])
    return encode_cells(column)


def decode_frame(form: dict[str, Any], arrays: list[np.ndarray]) -> pd.DataFrame:
    """Rebuild a frame on the very memory of the arrays, which are consumed from the front.

    Raises
    ------
    Closed
        If description and arrays do not belong together.
    """
    names, rows = [str(name) for name in form["names"]], int(form["rows"])
    if "blocks" not in form:
        values = arrays.pop(0)
        values = values if form["order"] == "C" else values.T
        if values.shape != (rows, len(names)) or not is_plain(values.dtype):
            raise Closed("a table of the wrong shape")
        return pd.DataFrame(values, columns=names, copy=False)
    left = [budgets.MAX_HELD]
    blocks: list[tuple[Any, np.ndarray]] = []
    for places, item in form["blocks"]:
        numbers = item["as"] == "numbers"
        found = arrays.pop(0) if numbers else decode_column(item, arrays, left, rows)
        block = found if numbers or not isinstance(found, np.ndarray) else found.reshape(1, -1)
        if (numbers and not is_plain(block.dtype)) or block.shape not in ((len(places), rows), (rows,) * len(places)):
            raise Closed("a table of the wrong shape")
        blocks.append((block, np.array(places, dtype=np.intp)))
    if sorted(place for _, at in blocks for place in at.tolist()) != list(range(len(names))):
        raise Closed("a table of the wrong shape")
    index = pd.Index(names, dtype="str") if names else pd.RangeIndex(0)
    made: pd.DataFrame = create_dataframe_from_blocks(blocks, index=pd.RangeIndex(rows), columns=index)
    return made


def decode_column(
    form: dict[str, Any], arrays: list[np.ndarray], left: list[int] | None = None, rows: int | None = None
) -> Any:
    """One column, as an array; ``left`` counts the bytes that its table may still take beyond its message."""
    kind = form["as"]
    if kind == "letters":
        cells = max(0, arrays[0].size - 1) if rows is None else rows
        return letters.decode(form["dtype"], 1, cells, arrays, check=True)[0]
    first = arrays.pop(0)
    if first.ndim != 1:
        raise Closed("a column of the wrong shape")
    if kind == "numbers":
        return first
    if kind == "times":
        dtype = np.dtype(str(form["dtype"]))
        if dtype.kind not in "mM" or first.dtype != np.int64:
            raise Closed("a column of an unknown type")
        return first.view(dtype)
    if kind == "levels":
        inner = decode_column(form["of"], arrays, left)
        levels = pd.Index(inner, dtype=inner.dtype)
        return pd.Categorical.from_codes(first, levels, ordered=bool(form["ordered"]))
    if kind == "nullable":
        gaps = arrays.pop(0)
        dtype_of: Any = pd.api.types.pandas_dtype(str(form["dtype"]))
        found: Any = pd.array(first, dtype=dtype_of)
        found[gaps.astype(bool)] = pd.NA
        return found
    if kind == "cells":
        return decode_cells(form, first, left)
    raise Closed("a column of an unknown type")


def encode_table(table: Table, encode: Callable[[pd.DataFrame], Encoded] = encode_frame) -> Message:
    """A table as a message, its frame in a form that only numbers and words can have, or in that of a question."""
    form, arrays = encode(table.frame)
    features = [
        {
            "name": item.name,
            "kind": item.kind,
            "low": encode_value(item.low),
            "high": encode_value(item.high),
            "quantiles": [encode_value(value) for value in item.quantiles],
            "levels": [encode_value(value) for value in item.levels],
            "missing": encode_value(item.missing),
            "decimals": item.decimals,
        }
        for item in table.schema.features
    ]
    head = {
        "frame": form,
        "features": features,
        "target": table.target,
        "label": table.label,
        "weights": table.weights,
        "name": table.name,
        "fingerprint": table.fingerprint,
        "notes": list(table.notes),
    }
    return Message(head, arrays)


def decode_table(message: Message, decode: Callable[..., pd.DataFrame] = decode_frame) -> Table:
    """Rebuild a table; in the app only with the ``decode`` that trusts nothing.

    Raises
    ------
    Closed
        If the message is not one of a table.
    """
    head = message.head
    try:
        if decode is decode_frame:
            _within(head["frame"])
        frame = decode(head["frame"], list(message.arrays))
        features = tuple(_feature(item) for item in head["features"])
        notes = tuple(shown(str(note), _WORDS) for note in head["notes"][:_NOTES])
        roles = [None if head[role] is None else str(head[role]) for role in ("target", "label", "weights")]
        digest = str(head["fingerprint"])
        known = set(frame.columns)
        if len(known) != frame.shape[1] or not known.issuperset([*(f.name for f in features), *filter(None, roles)]):
            raise ValueError("columns that are not there")
        if not all(map(is_text, known)) or not _DIGEST.fullmatch(digest):
            raise ValueError("names that are none")
        if roles[2] is not None:
            row_weights.read(frame[roles[2]])
        name = shown(str(head["name"]), _WORDS)
        return Table(frame, Schema(features), roles[0], roles[1], name, digest, notes, roles[2])
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError, InputError) as error:
        raise Closed(f"a table of the wrong form: {str(error)[:200]}") from error


def _within(form: dict[str, Any]) -> None:
    """Refuse more cells than a table may have."""
    if int(form["rows"]) * len(form["names"]) > budgets.MAX_CELLS:
        raise ValueError("more cells than are read")


def _feature(item: dict[str, Any]) -> Feature:
    """One column's description, each part of its type."""
    numbers = [decode_value(item[part]) for part in ("low", "high", "missing")]
    made = Feature(
        str(item["name"]),
        item["kind"],
        numbers[0],
        numbers[1],
        tuple(decode_value(value) for value in item["quantiles"]),
        tuple(decode_value(value) for value in item["levels"]),
        numbers[2],
        int(item["decimals"]),
    )
    ordered = (*made.quantiles, made.missing, *(part for part in numbers[:2] if part is not None))
    if made.kind not in get_args(Kind) or not all(type(part) in (int, float) for part in ordered):
        raise ValueError("a column of an unknown kind")
    if not 0 <= made.decimals <= _DECIMALS or not all(math.isfinite(part) for part in ordered):
        raise ValueError("a column out of bounds")
    return made
