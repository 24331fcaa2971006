"""The one HTML file: data as data, scripts bound to their digests by the page's own policy, no request to anywhere."""

from __future__ import annotations

import base64
import datetime
import hashlib
import json
from collections.abc import Sequence
from html import escape
from typing import Any

from core.errors import InputError
from core.export.report import several
from core.export.report.content import content
from core.export.report.panels import PANELS, Panel, Studio
from core.export.report.scripts import script, style
from core.export.report.studio import MOST_FEATURES, studio
from core.registry import Progress, silent
from core.types import Model, Table
from core.views.looks import Looks

LARGEST = 3_000_000
"""Bytes of a file at most."""
_NO_SCRIPT = "This report needs JavaScript to draw its charts. It sends nothing anywhere."


def report(
    model: Model,
    table: Table,
    *,
    rivals: Sequence[tuple[Model, Table]] = (),
    rows: Sequence[int] | None = None,
    instances: int = 10,
    also: Sequence[int] = (),
    output: int | str | None = None,
    panels: Sequence[str | Panel] = PANELS,
    with_data: bool = True,
    title: str = "",
    licence: str = "",
    made: str | None = None,
    fragment: bool = False,
    looks: Looks | None = None,
    progress: Progress = silent,
) -> str:
    """Write linked panels as one HTML file that works from a disk, without server and network.

    Parameters
    ----------
    model, table : Model, Table
        Matched.
    rivals : sequence of (Model, Table)
        One or two further models of the same target, each matched with the same rows: every panel once a model, side
        by side on one axis.
    rows, instances, also, output, panels, with_data
        See ``core.export.report.studio``.
    title : str
        Heading; the model's name by default.
    licence : str
        Text that is put into the file as a comment.
    made : str, optional
        When, in words; today by default, empty to leave it out.
    fragment : bool
        True for a part to put into another page: everything lives in a shadow root of its own.
    looks : Looks, optional
        Colours, sizes, words and movement (``core.views.looks.looks`` reads them from plain pairs).
    progress : callable

    Returns
    -------
    str
        HTML of at most 3 MB. Where the profiles of all features are too many, those of the features that move the
        instances most are kept, and the file says so.

    Raises
    ------
    InputError
        If a row, a class or a panel does not exist, or even the smallest form is too large.
    ModelError
        If the model cannot predict these rows.
    """
    about, *others = _studios(
        [(model, table), *rivals],
        rows=rows,
        instances=instances,
        also=also,
        output=output,
        panels=panels,
        with_data=with_data,
        progress=lambda done, step: progress(0.95 * done, step),
    )
    progress(0.95, "writing the file")
    when = datetime.date.today().isoformat() if made is None else made
    text = write(about, title=title, made=when, licence=licence, fragment=fragment, looks=looks, others=others)
    progress(1.0, "done")
    return text


def _studios(
    pairs: Sequence[tuple[Model, Table]],
    *,
    rows: Sequence[int] | None,
    output: int | str | None,
    panels: Sequence[str | Panel],
    progress: Progress,
    **options: Any,
) -> list[Studio]:
    """A studio of each model about the same instances and the same class."""
    models = [model for model, _ in pairs]
    several.require_alike(models)
    panels = several.on_one_scale(panels, models)
    found: list[Studio] = []
    for place, (model, table) in enumerate(pairs):
        chosen = rows if not found else found[0].rows
        label: int | str | None = output if not found else found[0].label if model.classes else None
        more = options if not found else {**options, "also": ()}
        part = _part(progress, place, len(pairs))
        found.append(studio(model, table, rows=chosen, output=label, panels=panels, progress=part, **more))
    return found


def _part(progress: Progress, place: int, count: int) -> Progress:
    """The progress of one model as a part of the whole."""
    return lambda done, step: progress((place + done) / count, step)


def write(
    about: Studio,
    *,
    others: Sequence[Studio] = (),
    title: str = "",
    made: str = "",
    licence: str = "",
    fragment: bool = False,
    looks: Looks | None = None,
) -> str:
    """Write a studio that is computed already, as often as its looks change: nothing is computed anew.

    ``others`` are those of further models; the other parameters and errors are those of ``report``.
    """
    most = min(MOST_FEATURES, max(len(one.features) for one in (about, *others)))
    while True:
        data = content(about, title=title, made=made, most_features=most, looks=looks, others=others)
        text = _fragment(data, licence) if fragment else _page(data, licence)
        size = len(text.encode("utf-8"))
        if size <= LARGEST:
            return text
        if most <= 1:
            raise InputError(
                "This report is too large for one file.",
                f"It would have more than {LARGEST / 1e6:.0f} MB.",
                "Choose fewer instances or panels.",
            )
        fixed = len(script())  # fewer features do not make the scripts smaller
        most = max(1, min(most - 1, int(0.97 * most * (LARGEST - fixed) / (size - fixed))))


def _page(data: dict[str, Any], licence: str) -> str:
    """A whole page."""
    return page(data["title"], _host(data), script(), _comment(licence))


def page(title: str, body: str, code: str, comment: str = "") -> str:
    """A page with a policy that allows its own script and nothing else."""
    digest = base64.b64encode(hashlib.sha256(code.encode("utf-8")).digest()).decode("ascii")
    policy = (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'"
    )
    # On paper the whole document is made smaller: of a part of it, Chromium cuts the end.
    return (
        f'<!doctype html>\n{comment}<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">'
        f"<title>{escape(title)}</title>"
        "<style>body{margin:0}@media (prefers-color-scheme:dark){body{background:#0e1117}}"
        "@page{margin:14mm}@media print{html{zoom:.8}body{background:#fff}}</style></head>"
        f'<body>{body}<script type="module">{code}</script></body></html>\n'
    )


def _fragment(data: dict[str, Any], licence: str) -> str:
    """A part for another page; that page's own policy holds."""
    return f'{_comment(licence)}<div>{_host(data)}<script type="module">{script()}</script></div>\n'


def _host(data: dict[str, Any]) -> str:
    """The element that the report grows in."""
    return host("report", {**data, "style": style()})


def host(kind: str, data: dict[str, Any]) -> str:
    """An element that a script fills, with its data beside it."""
    held = as_data(data)
    return (
        f'<div class="instance-explorer-{kind}"><script type="application/json">{held}</script>'
        f"<noscript>{_NO_SCRIPT}</noscript></div>"
    )


def as_data(value: Any) -> str:
    """JSON that cannot end the element it stands in: no mark that HTML gives a meaning to is left.

    Examples
    --------
    >>> any(mark in as_data({"name": "</script>&"}) for mark in "<>&")
    False
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for mark in "<>&":
        text = text.replace(mark, f"\\u{ord(mark):04x}")
    return text.encode("utf-8", "replace").decode("utf-8")


def _comment(licence: str) -> str:
    """A text as a comment that nothing in it can end."""
    if not licence.strip():
        return ""
    safe = licence.strip().replace("--", "- -").replace("--", "- -")
    return f"<!--\n{safe.encode('utf-8', 'replace').decode('utf-8')}\n-->\n"
