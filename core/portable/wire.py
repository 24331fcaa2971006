"""The portable form as JSON and back: for the browser, the report, and out of a worker that is not trusted.

Arrays are ``[type, base64]`` (see ``packed``); whatever has its default value is left out; NaN is null.
Trees hold one number per node (threshold or leaf value) and their children as distances from the parent.
"""

from __future__ import annotations

import math
from typing import Any, get_args

import numpy as np

from core.portable import wire_network, wire_trees
from core.portable.form import PLAIN, Arithmetic, Column, Linear, Network, Op, Portable, Trees
from core.portable.functions import TABLED
from core.portable.packed import finite, listed, one_of, pack, refuse, unpack, whole

VERSION = 1
_MOST_COLUMNS = 100_000
_MOST_LEVELS = 200_000
_LONGEST = 10_000
_OPS = get_args(Op)
_MOST_TABLED = 2_000_000
_STEPS = get_args(Arithmetic)
_LINKS = ("identity", "logistic", "sigmoid", "softmax", "ovr", "exp", "vote")
_TASKS = ("binary", "multiclass", "regression")
_SCALES = (None, "probability", "log-odds", "score", "target", "log-target")


def to_json(portable: Portable, *, cover: bool = True) -> dict[str, Any]:
    """Write a portable model as JSON values.

    Parameters
    ----------
    portable : Portable
    cover : bool
        False leaves out the training weights of tree nodes, which predictions do not need.
    """
    return {
        "version": VERSION,
        "features": list(portable.features),
        "columns": [_column(column) for column in portable.columns],
        "body": _body(portable.body, cover),
        "link": portable.link,
        "task": portable.task,
        "classes": list(portable.classes),
        "margin_scale": portable.margin_scale,
    }


def _column(column: Column) -> dict[str, Any]:
    """One column without its defaults."""
    written: dict[str, Any] = {"source": column.source, "op": column.op}
    if not math.isnan(column.fill):
        written["fill"] = column.fill
    if not math.isnan(column.unseen):
        written["unseen"] = column.unseen
    if column.op == "equals":
        written["level"] = column.level
    if column.op == "lookup":
        written["table"] = [[level, None if math.isnan(code) else code] for level, code in column.table]
    if column.steps:
        written["steps"] = [[kind, value] for kind, value in column.steps]
    if column.tables:
        written["tables"] = [[len(table), pack(np.array(table))] for table in column.tables]
    return written


def _body(body: Trees | Linear | Network, cover: bool) -> dict[str, Any]:
    """The body by its kind."""
    if isinstance(body, Trees):
        return wire_trees.to_json(body, cover)
    if isinstance(body, Linear):
        return {"kind": "linear", "base": body.base.tolist(), "weights": pack(body.weights)}
    return wire_network.to_json(body, cover)


def from_json(data: Any) -> Portable:
    """Read a portable model, believing nothing: sizes, types, indices and the shape of the trees are checked.

    Raises
    ------
    ModelError
        If anything is not as ``to_json`` writes it.
    """
    try:
        return _read(data)
    except (KeyError, TypeError, ValueError, OverflowError, RecursionError) as error:
        raise refuse(f"It is not of the expected form ({type(error).__name__}).") from error


def _read(data: Any) -> Portable:
    """Read and check everything."""
    if not isinstance(data, dict) or data.get("version") != VERSION:
        raise refuse("It has another version.")
    features = _texts(data["features"], "features")
    columns = tuple(_read_column(item, len(features)) for item in listed(data["columns"], _MOST_COLUMNS, "columns"))
    if sum(len(column.table) for column in columns) > _MOST_LEVELS:
        raise refuse("It lists too many levels.")
    if sum(len(table) for column in columns for table in column.tables) > _MOST_TABLED:
        raise refuse("Its columns have too large tables.")
    body, sums = _read_body(data["body"], len(columns))
    classes, task = _texts(data["classes"], "classes"), one_of(data["task"], _TASKS)
    link = one_of(data["link"], _LINKS)
    outputs = 2 if link == "logistic" else sums
    if (link == "logistic" and sums != 1) or outputs != (1 if task == "regression" else max(2, len(classes))):
        raise refuse("Its outputs do not fit its classes.")
    return Portable(features, columns, body, link, task, classes, one_of(data["margin_scale"], _SCALES))


def _read_column(item: dict[str, Any], features: int) -> Column:
    """One column."""
    table = tuple(
        (_level(level), float("nan") if code is None else finite(code))
        for level, code in listed(item.get("table", []), _MOST_LEVELS, "levels")
    )
    steps = tuple((one_of(kind, _STEPS), finite(value)) for kind, value in listed(item.get("steps", []), 50, "steps"))
    tables = tuple(_table(*pair) for pair in listed(item.get("tables", []), 50, "tables"))
    for kind, value in steps:
        _require_step(kind, value, tables)
    return Column(
        source=whole(item["source"], 0, features - 1),
        op=one_of(item["op"], _OPS),
        fill=finite(item["fill"]) if "fill" in item else float("nan"),
        unseen=finite(item["unseen"]) if "unseen" in item else float("nan"),
        level=_level(item["level"]) if item["op"] == "equals" else None,
        table=table,
        steps=steps,
        tables=tables,
    )


def _table(count: Any, packed: Any) -> tuple[float, ...]:
    """A table of finite numbers."""
    values = unpack(packed, whole(count, 0, _MOST_TABLED), "tables").astype(np.float64)
    if not np.isfinite(values).all():
        raise refuse("A number in a table is not a number.")
    return tuple(values.tolist())


def _require_step(kind: Arithmetic, value: float, tables: tuple[tuple[float, ...], ...]) -> None:
    """Refuse a step that asks for a function or a table that is not there, or for one of another form."""
    if kind == "plain":
        whole(int(value) if value == int(value) else value, 0, len(PLAIN) - 1)
    if kind not in TABLED:
        return
    table = tables[whole(int(value) if value == int(value) else value, 0, len(tables) - 1)]
    two = kind in ("quantiles", "match")
    odd = two and (len(table) < 3 or len(table) % 2 == 0)
    ends = table[1 : 1 + len(table) // 2] if two else table
    if odd or list(ends) != sorted(ends):
        raise refuse("A table of a column is not of the expected form.")


def _read_body(data: dict[str, Any], columns: int) -> tuple[Trees | Linear | Network, int]:
    """The body and how many sums it makes."""
    if data["kind"] == "trees":
        trees = wire_trees.from_json(data, columns)
        return trees, len(trees.base)
    if data["kind"] == "linear":
        base = np.array([finite(value) for value in listed(data["base"], 1000, "base")], dtype=np.float64)
        return Linear(_matrix(data["weights"], columns, len(base)), base), len(base)
    if data["kind"] != "network":
        raise refuse("Its body is of an unknown kind.")
    network = wire_network.from_json(data, columns)
    return network, network.width


def _matrix(packed: Any, rows: int, columns: int) -> np.ndarray:
    """A matrix of finite floats."""
    values = unpack(packed, rows * columns, "weights").astype(np.float64)
    if not np.isfinite(values).all():
        raise refuse("A weight is not a number.")
    return values.reshape(rows, columns)


def _texts(value: Any, name: str) -> tuple[str, ...]:
    """Texts of bounded length."""
    if any(not isinstance(text, str) or len(text) > _LONGEST for text in listed(value, _MOST_COLUMNS, name)):
        raise refuse(f"Its {name} are not texts.")
    return tuple(value)


def _level(value: Any) -> Any:
    """A text, number or boolean of bounded size."""
    if isinstance(value, str) and len(value) <= _LONGEST:
        return value
    return value if isinstance(value, bool) else whole_or_float(value)


def whole_or_float(value: Any) -> int | float:
    """A number as it is."""
    finite(value)
    return value  # type: ignore[no-any-return]  # finite() has just refused all but int and float
