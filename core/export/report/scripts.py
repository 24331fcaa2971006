"""The report's scripts as one module: the chart libraries, the components of the app, and what links them.

Each part runs in a function of its own and leaves nothing in the page's global scope, so that a page that uses
another version of the same libraries, or a second report, is not disturbed.
"""

from __future__ import annotations

import hashlib
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from core.views import force, whatif

_ASSETS = Path(__file__).parents[2] / "assets"
_VENDOR = _ASSETS / "vendor"
_PARTS = ("report_data.js", "report_charts.js", "report_panels.js", "report_page.js", "report.js")
"""In the order in which they need each other."""
_MAP = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)
_IMPORT = re.compile(r"^import \{([^}]*)\} from [\"'][^\"']+[\"'];\n", re.MULTILINE)
_EXPORT = re.compile(r"^export \{([^}]*)\};?$", re.MULTILINE)


@cache
def manifest() -> dict[str, dict[str, Any]]:
    """The libraries that travel in the file: versions, licences, digests."""
    found: dict[str, dict[str, Any]] = json.loads((_VENDOR / "manifest.json").read_text(encoding="utf-8"))
    return found


def _library(name: str) -> str:
    """A library's text, checked against its digest."""
    entry = manifest()[name]
    data = (_VENDOR / entry["file"]).read_bytes()
    if hashlib.sha256(data).hexdigest() != entry["sha256"]:
        raise ValueError(f"core/assets/vendor/{entry['file']} is not the file that the manifest names")
    return _MAP.sub("", data.decode("utf-8"))


def _universal(name: str) -> str:
    """A library that writes into ``exports``, as an expression."""
    body = f"{_library(name)}\nreturn exports;"
    return f"((exports, module, define, require) => {{{body}}})({{}}, {{}}, undefined, () => vega)"


def _interpreter() -> str:
    """The interpreter of expressions (so that the policy need not allow ``eval``), as an expression."""
    text = _IMPORT.sub(r"const {\1} = vega;\n", _library("vega-interpreter"))
    named = _EXPORT.search(text)
    if named is None:
        raise ValueError("vega-interpreter no longer exports as expected")
    inner, _, outer = named[1].partition(" as ")
    return f"(() => {{{_EXPORT.sub('', text)}\nreturn {{ {outer.strip()}: {inner.strip()} }};}})()"


def _component(text: str, names: str) -> str:
    """A component's module as an expression that gives some of its names."""
    bare = re.sub(r"^export default function ", "function forStreamlit", text, flags=re.MULTILINE)
    return f"(() => {{{re.sub(r'^export ', '', bare, flags=re.MULTILINE)}\nreturn {{ {names} }};}})()"


def _own() -> str:
    """The report's own scripts, joined."""
    parts = [(_ASSETS / name).read_text(encoding="utf-8") for name in _PARTS]
    return re.sub(r"^export ", "", "\n".join(_IMPORT.sub("", part) for part in parts), flags=re.MULTILINE)


def _notices() -> str:
    """The libraries' licence texts."""
    texts = []
    for name, entry in manifest().items():
        licence = (_VENDOR / entry["licence_file"]).read_text(encoding="utf-8").strip()
        texts.append(f"{name} {entry['version']}\n\n{licence}")
    return "/*!\n" + "\n\n".join(texts).replace("*/", "* /") + "\n*/\n"


@cache
def script() -> str:
    """Everything as the text of one module.

    Raises
    ------
    ValueError
        If a part could end the element that it stands in, or is not the file that the manifest names.
    """
    text = (
        f"{_libraries()}const force = {_component(force.script(), 'mount')};\n"
        f"const whatIf = {_component(whatif.script(), 'mountWhatIf, evaluator')};\n"
        f"(() => {{{_own()}}})();\n"
    )
    if re.search(r"</script|<!--|<script", text, re.IGNORECASE):
        raise ValueError("a script of the report holds a mark that would end it")
    return text


def _libraries() -> str:
    """The chart libraries, each as a constant of the module."""
    return (
        f"{_notices()}const vega = {_universal('vega')};\n"
        f"const vegaLite = {_universal('vega-lite')};\n"
        f"const {{ expressionInterpreter }} = {_interpreter()};\n"
    )


def _joined(*names: str) -> str:
    """Scripts of ours as one module: imports of each other left out, the last one's default export kept."""
    texts = [_IMPORT.sub("", (_ASSETS / name).read_text(encoding="utf-8")) for name in names]
    return re.sub(r"^export (?!default)", "", "\n".join(texts), flags=re.MULTILINE)


@cache
def figure() -> str:
    """A single answer's page: the libraries and what draws it."""
    names = ("report_data.js", "report_charts.js", "report_panels.js", "figure.js")
    return f"{_libraries()}(() => {{{_joined(*names)}}})();\n"


@cache
def figure_style() -> str:
    """The style sheet of a single answer's page."""
    return (_ASSETS / "report.css").read_text(encoding="utf-8")


@cache
def engine() -> str:
    """The chart libraries as a component of the app: loaded once a visit, for all panels of the Studio."""
    return _libraries() + _joined("studio_engine.js", "engine.js")


@cache
def panel() -> str:
    """A panel of the Studio as a component of the app; it draws with what ``engine`` brought."""
    return _joined("report_data.js", "report_charts.js", "studio_bus.js", "studio_engine.js", "studio_panel.js")


@cache
def sync() -> str:
    """What brings the server's choice of feature to the panels, as a component of the app."""
    return _joined("studio_bus.js", "studio_sync.js")


@cache
def panel_style() -> str:
    """The style sheet of a panel of the Studio."""
    return (_ASSETS / "studio_panel.css").read_text(encoding="utf-8")


@cache
def style() -> str:
    """The style sheets of the report and its components; they live in the report's shadow root."""
    own = (_ASSETS / "report.css").read_text(encoding="utf-8")
    return "\n".join((force.style(), whatif.style(), own))
