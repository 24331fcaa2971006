"""``python -m core tune``: a search for better settings, its options built from the method's parameters."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core import registry
from core.results import Result
from core.types import Model, Table

METHOD = "tune"
_CALLED = {"way": "method"}
"""Parameters whose option has another name."""


def add(
    commands: Any,
    table: Callable[[str, str | None, str | None], Table],
    model: Callable[[str], Model],
    rendered: Callable[[Result, str], bytes],
    write: Callable[[bytes, Path | None], None],
) -> None:
    """Add the command to the parser.

    Parameters
    ----------
    commands : object
        What ``ArgumentParser.add_subparsers`` gave.
    table, model, rendered, write : callable
        How the command line reads a table and a model, and writes an answer and a file.
    """
    tune = commands.add_parser("tune", help="search for settings that make a model better")
    tune.add_argument("--model", required=True, help="a model file, or the id of a sample's model")
    tune.add_argument("--data", required=True, help="a table file, or the id of a sample's table")
    tune.add_argument("--target", help="the column that holds the true value")
    tune.add_argument("--weights", metavar="COLUMN", help="the column that says how much a row counts")
    for param in registry.get(METHOD).params:
        kinds = {"choices": param.choices} if param.choices else {"metavar": "VALUE"}
        words = f"{param.help.replace('%', '%%')} (default: {param.default!s})"
        tune.add_argument(f"--{_CALLED.get(param.name, param.name)}", dest=f"set_{param.name}", help=words, **kinds)
    tune.add_argument("--out", type=Path, help="write to this file instead of the screen")
    form = tune.add_mutually_exclusive_group()
    for name, said in (("json", "one JSON object"), ("html", "a standalone page"), ("png", "a picture")):
        form.add_argument(f"--{name}", dest="form", action="store_const", const=name, help=said)
    tune.set_defaults(run=lambda options: _run(options, table, model, rendered, write), form="text")


def _run(
    options: argparse.Namespace,
    table: Callable[[str, str | None, str | None], Table],
    model: Callable[[str], Model],
    rendered: Callable[[Result, str], bytes],
    write: Callable[[bytes, Path | None], None],
) -> int:
    """Search and write."""
    import core

    given = {param.name: getattr(options, f"set_{param.name}") for param in registry.get(METHOD).params}
    params = {name: value for name, value in given.items() if value is not None}
    found = core.tune(model(options.model), table(options.data, options.target, options.weights), **params)
    write(rendered(found, options.form), options.out)
    return 0
