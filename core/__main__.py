"""The command line: ``python -m core explain|report|tune|methods|check|doctor``, built from the registry.

Exit codes: 0 done, 1 a fault of the program itself, 2 bad input, 3 a refused model file.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core import registry, report_command, tune_command
from core.errors import ExplorerError, InputError, ModelError
from core.losses import LOSS, fitting, listed
from core.results import Result
from core.shown import printable
from core.types import Model, Table, Task

FAULT, BAD_INPUT, REFUSED, STOPPED = 1, 2, 3, 130


class Refused(Exception):  # noqa: N818 - an answer of the door, not a fault
    """A model file that the door did not let in; its cause says why."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    arguments : sequence of str, optional
        Without the program's name; taken from the process by default.

    Returns
    -------
    int
        The exit code.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # names from outside may hold letters that this screen lacks
            stream.reconfigure(errors="backslashreplace")
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except Refused as refused:
        return _complain(refused.__cause__, REFUSED)
    except ExplorerError as error:
        return _complain(error, BAD_INPUT)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader has seen enough (``| head``)
        return 0
    except KeyboardInterrupt:
        return STOPPED
    except Exception as error:  # the last line before a person would see a traceback
        return _complain(error, FAULT)


def _complain(error: BaseException | None, code: int) -> int:
    """Write an error in words."""
    if isinstance(error, ExplorerError):
        lines = [error.what, error.why, error.hint]
    else:
        lines = ["This is a fault of the program, not of your files.", f"{type(error).__name__}: {str(error)[:500]}"]
    print(printable("\n".join(line for line in lines if line), "\n"), file=sys.stderr)
    return code


ABOUT = "Explain a model: one of its predictions, the whole of it, or the table that it is asked about."
CODES = "Exit codes: 0 done, 1 a fault of the program itself, 2 bad input, 3 a refused model file."


def _parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    parser = argparse.ArgumentParser(prog="python -m core", description=ABOUT, epilog=CODES)
    commands = parser.add_subparsers(required=True, metavar="command")
    explain = commands.add_parser("explain", help="answer a question about one row, the whole model or the table")
    explain.add_argument("--model", required=True, help="a model file, or the id of a sample's model")
    explain.add_argument("--data", help="a table file, or the id of a sample's table; a sample or dalex brings its own")
    explain.add_argument("--row", default="0", help="the instance's position or its name (default: %(default)s)")
    explain.add_argument("--method", default="shap", help="as listed by 'methods' (default: %(default)s)")
    explain.add_argument("--class", dest="output", help="the class to explain, by name or position")
    explain.add_argument("--target", help="the column that holds the true value")
    explain.add_argument("--weights", metavar="COLUMN", help="the column that says how much a row counts")
    explain.add_argument("--encoding", default="", help="of a CSV file whose letters come out wrong, such as cp1250")
    explain.add_argument(
        "--param",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a setting of the method, as 'methods --model FILE' lists them",
    )
    explain.add_argument("--out", type=Path, help="write to this file instead of the screen")
    form = explain.add_mutually_exclusive_group()
    for name, words in (("json", "one JSON object"), ("html", "a standalone page"), ("png", "a picture")):
        form.add_argument(f"--{name}", dest="form", action="store_const", const=name, help=words)
    explain.set_defaults(run=_explain, form="text")
    report_command.add(commands, _table, _model, _write)
    tune_command.add(commands, _table, _model, _rendered, _write)
    methods = commands.add_parser("methods", help="list the methods, their questions and settings")
    methods.add_argument("--model", help="only those that speak of this model, with the choices that fit it")
    methods.add_argument("--json", action="store_true", help="as JSON")
    methods.set_defaults(run=_methods)
    check = commands.add_parser("check", help="say what a model file holds, or why it is refused")
    check.add_argument("file", help="a path, or - to read a path a line from standard input")
    check.set_defaults(run=_check)
    doctor = commands.add_parser("doctor", help="say which protections are active on this machine")
    doctor.set_defaults(run=_doctor)
    return parser


def _explain(options: argparse.Namespace) -> int:
    """Answer one question and write it in the wanted form."""
    import core

    model = _model(options.model) if options.data is None else None
    table = _table(options.data or _brought(options.model, model), options.target, options.weights, options.encoding)
    model = model or _model(options.model)
    params = dict(_pair(text) for text in options.param)
    result = core.explain(options.method, model, table, row=options.row, output=options.output, **params)
    _write(_rendered(result, options.form), options.out)
    return 0


def _brought(source: str, model: Any) -> str:
    """The sample's table, or the model's own file where it brings one."""
    from core.loading.samples import samples

    tables = {sample.id: sample.table for sample in samples()}
    if source in tables and not Path(source).exists():
        return tables[source]
    if not getattr(model, "brings_table", False):
        hint = "Name one: --data FILE, or a sample's id."
        raise InputError("The table is missing.", f"'{source}' brings no data of its own.", hint)
    return source


def _table(source: str, target: str | None, weights: str | None = None, encoding: str = "") -> Table:
    """A table file, or a sample's table where there is no such file."""
    import core
    from core.loading.samples import load_sample_table, samples

    if not Path(source).exists():
        known = list(dict.fromkeys(sample.table for sample in samples()))
        if source in known:
            return core.table(load_sample_table(source), target=target, weights=weights)
        why = f"It is neither a file nor the id of a sample's table ({', '.join(known)})."
        raise InputError(f"There is no table '{source[:200]}'.", why, "Check the path.")
    return core.table(source, target=target, weights=weights, encoding=encoding)


def _model(source: str) -> Model:
    """A model file, or a sample's model where there is no such file."""
    import core
    from core.loading.samples import load_sample_model, samples

    if not Path(source).exists():
        known = [sample.id for sample in samples()]
        if source in known:
            return load_sample_model(source)
        why = f"It is neither a file nor the id of a sample's model ({', '.join(known)})."
        raise InputError(f"There is no model '{source[:200]}'.", why, "Check the path.")
    try:
        return core.model(source)
    except ModelError as error:
        raise Refused from error


def _pair(text: str) -> tuple[str, str]:
    """Split ``name=value``."""
    name, mark, value = text.partition("=")
    if not mark:
        raise InputError(f"'{text}' is not a setting.", "A setting is written NAME=VALUE.", "Example: seed=1")
    return name.strip(), value.strip()


def _rendered(result: Result, form: str) -> bytes:
    """The result as bytes of one form."""
    if form == "text":
        from core.views import view

        parts = []
        for one in (result, *getattr(result, "also", ())):
            drawn = view(one)
            checks = "".join(f"  {check.text}\n" for check in one.checks)
            parts.append(f"{drawn.sentence}\n\n{drawn.table.to_string(index=False)}\n\nChecks:\n{checks}")
        return printable("\n".join(parts), "\n").encode(errors="backslashreplace")
    from core import export

    if form == "json":
        body = export.to_json(result)
        try:
            return (json.dumps(body, ensure_ascii=False, allow_nan=False) + "\n").encode()
        except UnicodeEncodeError:  # half a letter, which UTF-8 cannot hold: JSON can, escaped
            return (json.dumps(body, allow_nan=False) + "\n").encode()
    if form == "html":
        return export.to_html(result, _question(result)).encode(errors="backslashreplace")
    return export.to_picture(result, "png")


def _question(result: Result) -> str:
    """The question that the result's method answers."""
    return registry.get(result.provenance.method).question if result.provenance else result.kind


def _write(content: bytes, path: Path | None) -> None:
    """Write to a file, or to standard output as bytes."""
    if path is None:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    try:
        path.write_bytes(content)
    except OSError as error:
        raise InputError(f"'{path}' cannot be written.", str(error.strerror), "Choose another file.") from error


def _methods(options: argparse.Namespace) -> int:
    """List the methods."""
    task = _model(options.model).task if options.model else None
    entries = [_described(entry, task) for entry in registry.methods() if task is None or task in entry.tasks]
    if options.json:
        print(json.dumps(entries, ensure_ascii=False))
        return 0
    for entry in entries:
        print(f"{entry['id']:<20} {entry['question']}")
        for param in entry["params"]:
            print(f"    {param['name']}={param['default']}  {param['help']}{_choices(param, task)}")
    return 0


def _choices(param: dict[str, Any], task: Task | None) -> str:
    """What a setting may be, in words: losses by the task that they fit, where no model says which."""
    if not param["choices"]:
        return ""
    if param["choices"] == LOSS.choices and task is None:
        return f" One of auto; {listed()}."
    return f" One of {', '.join(param['choices'])}."


def _described(entry: registry.Method, task: Task | None = None) -> dict[str, Any]:
    """A method as JSON values, with the choices that fit a task."""
    names = ("name", "kind", "default", "low", "high", "choices", "help")
    known = [param if task is None else fitting(param, task) for param in entry.params]
    params = [{name: getattr(param, name) for name in names} for param in known]
    head = {name: getattr(entry, name) for name in ("id", "title", "question", "version", "scope", "kind", "cost")}
    return {**head, "params": params}


def _check(options: argparse.Namespace) -> int:
    """Say what model files hold."""
    from core.loading.check import check, check_lines

    if options.file != "-":
        if not Path(options.file).is_file():
            raise InputError(f"There is no file '{options.file[:200]}'.", hint="Check the path.")
        verdict = check(options.file)
        print(verdict.message, file=sys.stdout if verdict.loaded else sys.stderr)
        return 0 if verdict.loaded else REFUSED
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="surrogateescape", newline="\n")  # a file's name may be any bytes
    for answer in check_lines(sys.stdin or ()):  # none where it was closed
        print(answer, flush=True)
    return 0


def _doctor(_options: argparse.Namespace) -> int:
    """Say which protections are active."""
    from core.workers.doctor import examine

    for layer, active, detail in examine():
        print(f"{'active  ' if active else 'inactive'}  {layer}: {detail}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
