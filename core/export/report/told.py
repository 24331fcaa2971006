"""The words of a report: its head, its instances, the overview, how to read a method."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd

from core.codec import plain
from core.export.report.panels import Studio
from core.instances import truth
from core.results import Attribution, Profile, Result, Scores
from core.types import Scale
from core.version import VERSION
from core.views import attribution, words

_TASKS = {"binary": "one of two classes", "multiclass": "one of several classes", "regression": "a number"}
_READ = re.compile(r"\*\*(What it is|How to read it|When it misleads)\.\*\*\s*(.+)", re.DOTALL)
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_MOST_NUMBERS = 200


def head(about: Studio, title: str, made: str) -> dict[str, Any]:
    """Heading, explanation of what is explained, and the facts of the foot."""
    model, table = about.model, about.table
    explained = _explained(about)
    facts = [
        ("Model", f"{words.short(model.name, 80)}: {words.short(model.kind, 120)}"),
        ("Table", f"{words.short(table.name, 80)}: {len(table):,} rows, {len(table.schema):,} features"),
        ("The model predicts", _TASKS[model.task]),
        ("Explained here", explained),
        *_scores(about),
        ("Digest of the model", model.fingerprint[:16]),
        ("Digest of the table", table.fingerprint[:16]),
        ("Made with", f"Instance Explorer {VERSION}"),
    ]
    return {
        "title": words.short(title or model.name or "Report", 120),
        "subtitle": f"{explained[:1].upper() if model.classes else explained[:1]}{explained[1:]}, for "
        f"{len(about.rows):,} of the {len(table):,} instances of {words.short(table.name)}",
        "made": words.short(made, 60),
        "facts": [{"name": name, "text": text} for name, text in facts],
    }


def _explained(about: Studio) -> str:
    """What is explained, in words."""
    if not about.model.classes:
        return words.short(about.label)
    return f"the chance of {words.case(about.label, about.table.target)}"


def _scores(about: Studio) -> list[tuple[str, str]]:
    """The performance numbers, where the truth is known."""
    answers = about.of("performance")
    results = [] if answers is None else [found for found in answers.found.values() if isinstance(found, Scores)]
    return [
        ("Performance", ", ".join(f"{score.name} {words.number(score.value, 4)}" for score in result.scores))
        for result in results[:1]
    ]


def name(about: Studio, row: int) -> str:
    """What a row is called."""
    return words.short(about.table.row_name(row))


def instances(about: Studio) -> list[dict[str, Any]]:
    """Each instance: its row, what the drop-down calls it, what the model says and whether that is right."""
    scale: Scale = "probability" if about.model.classes else "target"
    listed = []
    for row, right in zip(about.rows, verdicts(about), strict=True):
        known = about.table.truth(row)
        called = f"id: {name(about, row)}" + ("" if known is None else f" / y: {words.cell(plain(known))}")
        said = words.output(float(about.predictions[row, about.output]), scale, about.label, about.table.target)
        true = None if known is None else words.cell(plain(known))
        listed.append({"row": row, "name": called, "said": said, "truth": true, "right": right})
    return listed


def verdicts(about: Studio) -> list[bool | None]:
    """Whether each instance's predicted class is the true one, None where nobody knows."""
    known = truth(about.model, about.table) if about.model.classes else None
    if known is None:
        return [None] * len(about.rows)
    return [
        None if np.isnan(known[row]) else bool(int(np.argmax(about.predictions[row])) == int(known[row]))
        for row in about.rows
    ]


def overview(about: Studio) -> list[str]:
    """What moved each instance most, in words; empty texts without an attribution."""
    answers = about.of("shap") or about.of("break_down")
    return [_moved(None if answers is None else answers.found.get(("", row, None))) for row in about.rows]


def _moved(result: Result | None) -> str:
    """The three largest contributions of an attribution."""
    if not isinstance(result, Attribution):
        return ""
    labels = attribution.labels(result)
    largest = [place for place in attribution.order(result) if result.values[place] != 0][:3]
    sizes = {place: words.amount(float(result.values[place]), result.scale) for place in largest}
    return "; ".join(f"{labels[place]} ({size})" for place, size in sizes.items())


def numbers(result: Result, table: pd.DataFrame) -> list[dict[str, Any]] | None:
    """The numbers behind a drawing as text; None for clouds and curves, whose points say it themselves."""
    if isinstance(result, Profile) or len(table) > _MOST_NUMBERS:
        return None
    return [
        {str(column): words.cell(value) for column, value in zip(table.columns, row, strict=True)}
        for row in table.itertuples(index=False, name=None)
    ]


def reading(about: str) -> list[dict[str, str]]:
    """How to read a method: the paragraphs in plain words, without formulas and marks."""
    found = [_READ.fullmatch(paragraph.strip()) for paragraph in about.split("\n\n")]
    return [
        {"name": match[1], "text": re.sub(r"[*`]", "", _LINK.sub(r"\1", " ".join(match[2].split())))}
        for match in found
        if match is not None and "$" not in match[2]
    ]
