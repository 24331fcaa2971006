"""Tables on the wire: columns of numbers as raw arrays, text and levels as a list of distinct values and codes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from core.types import Feature, Schema, Table
from core.workers.wire import Closed, Message

_PLAIN = frozenset("biuf")


def encode_frame(frame: pd.DataFrame) -> tuple[dict[str, Any], list[np.ndarray]]:
    """A frame as a description and arrays; dtypes, levels and missing cells survive."""
    names = [str(name) for name in frame.columns]
    first = frame.dtypes.iloc[0] if len(names) else None
    if isinstance(first, np.dtype) and first.kind in _PLAIN and all(kind == first for kind in frame.dtypes):
        values = frame.to_numpy()
        row_major = bool(values.flags.c_contiguous)
        block = {"rows": len(frame), "names": names, "order": "C" if row_major else "F"}
        return block, [values if row_major else values.T]
    columns, arrays = [], []
    for position in range(len(names)):
        description, parts = _encode_column(frame.iloc[:, position])
        columns.append(description)
        arrays.extend(parts)
    return {"rows": len(frame), "names": names, "columns": columns}, arrays


def _encode_column(column: pd.Series) -> tuple[dict[str, Any], list[np.ndarray]]:
    """One column."""
    kind = column.dtype
    if isinstance(kind, np.dtype) and kind.kind in _PLAIN:
        return {"as": "numbers"}, [column.to_numpy()]
    if isinstance(kind, np.dtype) and kind.kind in "mM":
        return {"as": "times", "dtype": kind.str}, [column.to_numpy().view(np.int64)]
    if isinstance(kind, pd.CategoricalDtype):
        levels, inner = _encode_column(pd.Series(kind.categories))
        return {"as": "levels", "of": levels, "ordered": bool(kind.ordered)}, [column.cat.codes.to_numpy(), *inner]
    if hasattr(kind, "numpy_dtype") and kind.numpy_dtype.kind in _PLAIN:
        zero: Any = kind.type(0)  # in the column's own type: the stubs know no numpy scalar
        filled = column.fillna(zero).to_numpy(dtype=kind.numpy_dtype)
        return {"as": "nullable", "dtype": str(kind)}, [filled, column.isna().to_numpy()]
    cells = column.to_numpy(dtype=object)
    missing = np.asarray(pd.isna(cells), dtype=bool)
    tagged = [None if gap else _tag(cell) for cell, gap in zip(cells.tolist(), missing.tolist(), strict=True)]
    known: dict[Any, int] = {}
    codes = np.fromiter(
        (-1 if tag is None else known.setdefault(tag, len(known)) for tag in tagged), np.int32, len(cells)
    )
    gaps = sorted({_gap(cell) for cell, gap in zip(cells.tolist(), missing.tolist(), strict=True) if gap})
    which = np.fromiter(
        (gaps.index(_gap(c)) if g else 0 for c, g in zip(cells, missing, strict=True)), np.int8, len(cells)
    )
    form = {"as": "text", "dtype": _text_type(kind), "values": [list(tag) for tag in known], "gaps": gaps}
    return form, [codes, which] if len(gaps) > 1 else [codes]


def _text_type(kind: Any) -> str:
    """Which of pandas' homes a text column lives in."""
    if isinstance(kind, pd.StringDtype):
        return "str" if isinstance(kind.na_value, float) else "string"
    return "object"


def _tag(cell: Any) -> tuple[str, Any]:
    """A cell with its type, as JSON can hold it."""
    if isinstance(cell, bool | np.bool_):
        return "bool", bool(cell)
    if isinstance(cell, int | np.integer):
        return "int", str(int(cell))
    if isinstance(cell, float | np.floating):
        return "float", repr(float(cell))
    if isinstance(cell, pd.Timestamp):
        return "time", cell.isoformat()
    return "str", str(cell)


def _gap(cell: Any) -> str:
    """Which kind of missing."""
    if cell is None:
        return "none"
    if cell is pd.NA:
        return "na"
    return "nat" if cell is pd.NaT else "nan"


_GAPS = {"none": None, "na": pd.NA, "nat": pd.NaT, "nan": math.nan}
_TAGS = {"bool": bool, "int": int, "float": float, "str": str, "time": pd.Timestamp}


def decode_frame(form: dict[str, Any], arrays: list[np.ndarray]) -> pd.DataFrame:
    """Rebuild a frame; consumes the arrays from the front.

    Raises
    ------
    Closed
        If description and arrays do not belong together.
    """
    names, rows = [str(name) for name in form["names"]], int(form["rows"])
    if "columns" not in form:
        values = arrays.pop(0)
        values = values if form["order"] == "C" else values.T
        if values.shape != (rows, len(names)):
            raise Closed("a table of the wrong shape")
        return pd.DataFrame(values, columns=names)
    columns = [_decode_column(item, arrays) for item in form["columns"]]
    if len(columns) != len(names) or any(len(column) != rows for column in columns):
        raise Closed("a table of the wrong shape")
    found = pd.DataFrame(dict(enumerate(columns)), index=pd.RangeIndex(rows))
    found.columns = pd.Index(names, dtype="str") if names else found.columns
    return found


def _decode_column(form: dict[str, Any], arrays: list[np.ndarray]) -> pd.Series:
    """One column."""
    kind = form["as"]
    if kind == "numbers":
        return pd.Series(arrays.pop(0))
    if kind == "times":
        dtype = np.dtype(str(form["dtype"]))
        if dtype.kind not in "mM":
            raise Closed("a column of an unknown type")
        return pd.Series(arrays.pop(0).astype(np.int64).view(dtype))
    if kind == "levels":
        codes = arrays.pop(0)
        levels = pd.Index(_decode_column(form["of"], arrays))
        return pd.Series(pd.Categorical.from_codes(codes, levels, ordered=bool(form["ordered"])))
    if kind == "nullable":
        values, gaps = arrays.pop(0), arrays.pop(0)
        found: pd.Series[Any] = pd.Series(values, dtype=pd.api.types.pandas_dtype(str(form["dtype"])))
        return found.mask(pd.Series(gaps.astype(bool)))
    if kind == "text":
        return _decode_text(form, arrays)
    raise Closed("a column of an unknown type")


def _decode_text(form: dict[str, Any], arrays: list[np.ndarray]) -> pd.Series:
    """Text, or mixed cells."""
    codes, gaps = arrays.pop(0), [_GAPS[gap] for gap in form["gaps"]] or [None]
    which = arrays.pop(0) if len(gaps) > 1 else np.zeros(len(codes), dtype=np.int8)
    values = [_TAGS[tag](value) for tag, value in form["values"]]
    cells = np.empty(len(codes), dtype=object)
    for position, (code, gap) in enumerate(zip(codes.tolist(), which.tolist(), strict=True)):
        cells[position] = gaps[gap] if code < 0 else values[code]
    return pd.Series(cells, dtype="object" if form["dtype"] == "object" else str(form["dtype"]))


def encode_value(value: Any) -> Any:
    """A level or bound with its type."""
    return None if value is None else list(_tag(value)) if not _is_gap(value) else ["gap", _gap(value)]


def _is_gap(value: Any) -> bool:
    """True for NaN, NaT and NA."""
    return value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value))


def decode_value(value: Any) -> Any:
    """The level or bound back."""
    if value is None:
        return None
    tag, inner = value
    return _GAPS[inner] if tag == "gap" else _TAGS[tag](inner)


def encode_table(table: Table) -> Message:
    """A table as a message."""
    form, arrays = encode_frame(table.frame)
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
        "name": table.name,
        "fingerprint": table.fingerprint,
        "notes": list(table.notes),
    }
    return Message(head, arrays)


def decode_table(message: Message) -> Table:
    """Rebuild a table.

    Raises
    ------
    Closed
        If the message is not one of a table.
    """
    head = message.head
    try:
        frame = decode_frame(head["frame"], list(message.arrays))
        features = tuple(_feature(item) for item in head["features"])
        notes = tuple(str(note) for note in head["notes"])
        roles = [None if head[role] is None else str(head[role]) for role in ("target", "label")]
        return Table(frame, Schema(features), roles[0], roles[1], str(head["name"]), str(head["fingerprint"]), notes)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise Closed(f"a table of the wrong form: {error}") from error


def _feature(item: dict[str, Any]) -> Feature:
    """One column's description."""
    return Feature(
        str(item["name"]),
        item["kind"],
        decode_value(item["low"]),
        decode_value(item["high"]),
        tuple(decode_value(value) for value in item["quantiles"]),
        tuple(decode_value(value) for value in item["levels"]),
        decode_value(item["missing"]),
        int(item["decimals"]),
    )
