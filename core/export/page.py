"""A result as one HTML page: words, picture, table and checks; no script and no request."""

from __future__ import annotations

import base64
from html import escape

import pandas as pd

from core.export.canvas import short
from core.export.picture import to_picture
from core.results import Result
from core.views import view

_STYLE = """
:root { color-scheme: light; font-family: system-ui, sans-serif; line-height: 1.5; }
body { max-width: 52rem; margin: 2rem auto; padding: 0 1rem; color: #1b2430; background: #fff; }
img { width: 100%; height: auto; } table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #dfe3e8; overflow-wrap: anywhere; }
footer { color: #5a6572; font-size: .85rem; margin-top: 2rem; }
"""
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def to_html(result: Result, title: str) -> str:
    """Write a standalone page; every text from outside is escaped, and the page's own policy forbids scripts.

    Parameters
    ----------
    result : Result
    title : str
        The question that is answered.

    Returns
    -------
    str
    """
    parts = "".join(_part(one) for one in (result, *getattr(result, "also", ())))
    return (
        "<!doctype html>\n"
        f'<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>"
        f"<h1>{escape(title)}</h1>{parts}{_footer(result)}</body></html>\n"
    )


def _part(result: Result) -> str:
    """Words, picture, numbers and checks of one answer (of one class, where several were asked for)."""
    drawn = view(result)
    picture = base64.b64encode(to_picture(result, "svg")).decode("ascii")
    checks = "".join(f"<li>{escape(check.text)}</li>" for check in result.checks)
    return (
        f"<p>{escape(drawn.sentence)}</p>"
        f'<img alt="{escape(drawn.alt)}" src="data:image/svg+xml;base64,{picture}">'
        f"{_table(drawn.table)}<h2>Checks</h2><ul>{checks}</ul>"
    )


def _table(table: pd.DataFrame) -> str:
    """The numbers, escaped."""
    head = "".join(f"<th>{escape(str(name))}</th>" for name in table.columns)
    rows = "".join(
        "<tr>" + "".join(f"<td>{escape(short(cell, 200))}</td>" for cell in row) + "</tr>"
        for row in table.itertuples(index=False, name=None)
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _footer(result: Result) -> str:
    """Where the numbers come from."""
    origin = result.provenance
    if origin is None:
        return ""
    return (
        f"<footer>Method {escape(origin.method)}, version {escape(origin.version)}; model {escape(origin.model[:12])}, "
        f"table {escape(origin.table[:12])}, row {origin.row}; {origin.evaluations:,} model evaluations.</footer>"
    )
