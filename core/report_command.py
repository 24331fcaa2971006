"""``python -m core report``: a file of linked panels."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.errors import InputError
from core.place import position
from core.types import Model, Table


def add(
    commands: Any,
    table: Callable[[str, str | None, str | None, str], Table],
    model: Callable[[str], Model],
    write: Callable[[bytes, Path | None], None],
) -> None:
    """Add the command to the parser.

    Parameters
    ----------
    commands : object
        What ``ArgumentParser.add_subparsers`` gave.
    table, model, write : callable
        How the command line reads a table and a model, and writes a file.
    """
    report = commands.add_parser("report", help="write a page of linked panels that needs no server")
    report.add_argument(
        "--model",
        required=True,
        action="append",
        help="a model file, or the id of a sample's model; give it two or three times to put models side by side",
    )
    report.add_argument("--data", required=True, help="a table file, or the id of a sample's table")
    report.add_argument("--out", type=Path, help="write to this file instead of the screen")
    report.add_argument("--target", help="the column that holds the true value")
    report.add_argument("--weights", metavar="COLUMN", help="the column that says how much a row counts")
    report.add_argument("--encoding", default="", help="of a CSV file whose letters come out wrong, such as cp1250")
    report.add_argument("--class", dest="output", help="the class to explain, by name or position")
    report.add_argument("--rows", help="instances by position or name, for example 3,7,12")
    report.add_argument("--instances", type=int, default=10, help="how many to pick along the ordered predictions")
    report.add_argument("--title", default="", help="the heading")
    report.add_argument("--licence", type=Path, help="a text file that is put into the page as a comment")
    report.add_argument("--without-data", action="store_true", help="no rows but the explained instances")
    report.add_argument("--fragment", action="store_true", help="a part for another page")
    report.set_defaults(run=lambda options: _run(options, table, model, write))


def _run(
    options: argparse.Namespace,
    table: Callable[[str, str | None, str | None, str], Table],
    model: Callable[[str], Model],
    write: Callable[[bytes, Path | None], None],
) -> int:
    """Compute and write."""
    import core

    models = [model(name) for name in options.model]
    read = table(options.data, options.target, options.weights, options.encoding)
    text = core.report(
        models,
        read,
        rows=_rows(options.rows, read),
        instances=options.instances,
        output=options.output,
        title=options.title,
        licence=_licence(options.licence),
        with_data=not options.without_data,
        fragment=options.fragment,
        progress=tell(),
    )
    write(text.encode("utf-8"), options.out)
    return 0


def _rows(text: str | None, table: Table) -> list[int] | None:
    """Positions or names as a person writes them."""
    if text is None:
        return None
    return [position(table, part.strip()) for part in text.split(",") if part.strip()]


def _licence(path: Path | None) -> str:
    """The text of a file."""
    if path is None:
        return ""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"'{path}' cannot be read.", str(getattr(error, "strerror", error))[:200], "Choose a text file."
        ) from error


def tell() -> Callable[[float, str], None]:
    """Progress in one line of standard error, where a person watches (a terminal or a notebook): step and time left."""
    began = time.monotonic()

    def tell(fraction: float, step: str) -> None:
        spent = time.monotonic() - began
        left = f", about {spent / fraction - spent:.0f} s left" if 0.05 < fraction < 1 and spent > 1 else ""
        end = "\n" if fraction >= 1 else ""
        sys.stderr.write(f"\r{fraction:4.0%} {step}{left}".ljust(79)[:79] + end)
        sys.stderr.flush()

    return tell if sys.stderr.isatty() or "ipykernel" in sys.modules else (lambda _fraction, _step: None)
