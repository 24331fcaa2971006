"""The lines of the list of instances, and how its first columns look."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from core.views import words
from pages.parts.subject import Subject
from pages.parts.text import safe


def lines(about: Subject, rows: np.ndarray) -> pd.DataFrame:
    """What the table shows: row, prediction, truth, then the features; shape (len(rows), n)."""
    part = about.table.frame.iloc[rows]
    columns: dict[str, Any] = {"row": rows}
    if about.table.label is not None:
        columns["name"] = part[about.table.label].astype("str").to_numpy()
    columns["predicted"] = about.predictions[rows, about.output]
    if about.model.classes and len(about.model.classes) > 2:
        names = np.array(about.model.classes, dtype=object)
        columns["class"] = names[about.predictions[rows].argmax(axis=1)]
    if about.table.target is not None:
        columns["truth"] = part[about.table.target].to_numpy()
    body = part[list(about.table.schema.names)].reset_index(drop=True)
    head = pd.DataFrame(columns)
    body.columns = [name if name not in head.columns else f"{name} " for name in body.columns]
    return pd.concat([head, body], axis=1)


def columns(about: Subject) -> dict[str, Any]:
    """How the first columns look."""
    name = safe(words.short(about.label, 30))
    if about.model.classes:
        shown = st.column_config.ProgressColumn(
            "predicted", help=f"Probability of {name}", min_value=0.0, max_value=1.0, format="percent", width=84
        )
    else:
        size = float(np.abs(about.predictions[:, about.output]).max(initial=0.0))
        digits = max(0, 3 - math.floor(math.log10(size))) if size > 0 else 0
        shown = st.column_config.NumberColumn("predicted", format=f"%.{min(digits, 9)}f", width=76)
    row = st.column_config.NumberColumn("row", width=46, format="%d")
    return {"row": row, "name": st.column_config.Column("name", width=62), "predicted": shown}
