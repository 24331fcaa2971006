"""Answers for many rows: chunk by chunk, by several threads, into memory or into a Parquet file."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from os import PathLike
from typing import Any

import numpy as np

from core import registry
from core.engine import Elsewhere, explain_rows
from core.errors import InputError
from core.registry import Progress, silent
from core.results import Attribution, Result
from core.types import Array, Model, Table

CHUNK = 500
"""Rows answered in one batch. It does not depend on the number of workers, so neither do the numbers."""
AHEAD = 2
"""Chunks a worker may be ahead of the reader: bounds the memory, whatever the table."""


def explain_many(
    method_id: str,
    model: Model,
    table: Table,
    rows: Sequence[int] | None = None,
    *,
    output: int | str | None = None,
    workers: int = 1,
    chunk: int = CHUNK,
    progress: Progress = silent,
    **params: Any,
) -> Iterator[Result]:
    """Answer one question for many rows, in the order of the rows.

    Parameters
    ----------
    method_id : str
        A method of row scope.
    model, table : Model, Table
        Matched (``core.loading.match``).
    rows : sequence of int, optional
        Positions; all rows by default.
    output : int, str or None
    workers : int
        Threads that compute chunks side by side. A model that lives in a process of its own is asked by one.
    chunk : int
        Rows of one batch.
    progress : callable
    **params
        The method's parameters.

    Yields
    ------
    Result
        Equal to ``core.engine.explain`` of each row, whatever the number of workers.

    Raises
    ------
    InputError
        If the method does not speak of single rows, or a number does not fit.
    """
    if registry.get(method_id).scope != "row":
        raise InputError(f"'{method_id}' is no question about single rows.", "It speaks of all.", "Ask it once.")
    if workers < 1 or chunk < 1:
        raise InputError("At least one worker and one row a batch are needed.", hint="Choose 1 or more.")
    chosen = range(len(table)) if rows is None else [table.position(int(row)) for row in rows]
    parts = [chosen[start : start + chunk] for start in range(0, len(chosen), chunk)]

    def answer(part: Sequence[int]) -> list[Result]:
        return explain_rows(method_id, model, table, list(part), output=output, **params)

    done = 0
    for found in _in_order(answer, parts, 1 if isinstance(model, Elsewhere) else workers):
        yield from found
        done += len(found)
        progress(done / len(chosen), f"{done:,} of {len(chosen):,} rows")


def every_class(method_id: str, model: Model, table: Table, rows: Sequence[int] | None = None, **options: Any) -> Array:
    """Attributions of many rows for each class.

    Parameters
    ----------
    method_id : str
        A method whose answers are attributions (``"shap"``, ``"lime"``…).
    model, table : Model, Table
    rows : sequence of int, optional
        Positions; all rows by default.
    **options
        As for ``explain_many``, ``output`` apart.

    Returns
    -------
    ndarray, shape (n_rows, n_features, n_classes)
        Features in the order of ``table.schema.names``; one class for a model that predicts a number.

    Raises
    ------
    InputError
        If the answers are of another kind.
    """
    _attributes(method_id)
    names = table.schema.names
    chosen = list(range(len(table))) if rows is None else list(rows)
    found = np.zeros((len(chosen), len(names), max(1, len(model.classes))))
    for output in range(found.shape[2]):
        for at, result in enumerate(explain_many(method_id, model, table, chosen, output=output, **options)):
            found[at, :, output] = list(_shares(result, names).values())
    return found


def _attributes(method_id: str) -> None:
    """Refuse a method whose answers are no attributions."""
    if registry.get(method_id).kind != "attribution":
        raise InputError(f"'{method_id}' gives no attributions.", "Only these make a table.", "Choose shap or lime.")


def _in_order(answer: Any, parts: Sequence[Sequence[int]], workers: int) -> Iterator[list[Result]]:
    """The answers of each part in order, a few parts ahead of the reader."""
    if workers == 1:
        yield from map(answer, parts)
        return
    waiting: deque[Future[list[Result]]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        try:
            for part in parts:
                waiting.append(pool.submit(answer, part))
                if len(waiting) > workers * AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:  # the reader left, or a chunk failed
                future.cancel()


def to_parquet(path: str | PathLike[str], method_id: str, model: Model, table: Table, **options: Any) -> int:
    """Write attributions of many rows to a Parquet file, chunk by chunk; memory does not grow with the rows.

    Parameters
    ----------
    path : path
    method_id : str
        A method whose answers are attributions (``"shap"``, ``"lime"``…).
    model, table : Model, Table
    **options
        As for ``explain_many``.

    Returns
    -------
    int
        Rows written: ``row``, ``name``, ``class``, ``scale``, ``base``, ``output``, then one column a feature.

    Raises
    ------
    InputError
        If the answers are of another kind.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    _attributes(method_id)
    size = int(options.get("chunk", CHUNK))
    names = table.schema.names
    texts, numbers = ("name", "class", "scale"), ("base", "output", *(f"feature: {name}" for name in names))
    fields = [("row", pa.int64()), *((text, pa.string()) for text in texts), *((one, pa.float64()) for one in numbers)]
    schema = pa.schema(fields)
    written, held = 0, []
    with pq.ParquetWriter(path, schema) as writer:
        for result in explain_many(method_id, model, table, **options):
            held.append(_line(result, table, names))
            if len(held) == size:
                writer.write_table(pa.Table.from_pylist(held, schema))
                written, held = written + len(held), []
        if held:
            writer.write_table(pa.Table.from_pylist(held, schema))
    return written + len(held)


def _line(result: Result, table: Table, names: Sequence[str]) -> dict[str, Any]:
    """One row of the file."""
    values = _shares(result, names)
    assert isinstance(result, Attribution)
    row = result.provenance.row if result.provenance else None
    return {
        "row": row,
        "name": table.row_name(row or 0),
        "class": result.label,
        "scale": result.scale,
        "base": result.base,
        "output": result.output,
        **{f"feature: {name}": value for name, value in values.items()},
    }


def _shares(result: Result, names: Sequence[str]) -> dict[str, float]:
    """What each feature got; one that an answer does not speak of got 0, pairs are shared between their two."""
    assert isinstance(result, Attribution)  # the method's kind was asked for
    values = dict.fromkeys(names, 0.0)
    for feature, value in zip(result.features, np.asarray(result.values), strict=True):
        parts = [feature] if feature in values else feature.split(" × ")
        for part in parts:
            values[part] += float(value) / len(parts)
    return values
