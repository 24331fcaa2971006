"""A table's columns as a form: target, row names, weights and what each column is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

import pandas as pd
import streamlit as st

from core.loading import code_pages
from core.types import Feature, Kind, Table
from core.views import words

NONE = "(none)"
_KINDS = list(get_args(Kind))
_ROLES = {
    "target": ("True value (target)", "The column that the model predicts; predictions are compared with it"),
    "label": ("Names of the rows", "A column that says which instance a row is"),
    "weights": (
        "Weight of the rows",
        "A column of numbers that says how much each row counts in scores, losses and averages",
    ),
}


def draw(table: Table, options: Mapping[str, Any]) -> dict[str, Any] | None:
    """The form; what was changed once it is applied, else None."""
    names = [str(name) for name in table.frame.columns]
    with st.form(f"schema_{table.fingerprint}", border=False):
        chosen = {
            role: column.selectbox(
                title,
                [NONE, *names],
                index=_place(names, getattr(table, role)),
                format_func=words.short,
                help=said,
            )
            for column, (role, (title, said)) in zip(st.columns(len(_ROLES)), _ROLES.items(), strict=True)
        }
        encoding = _encoding(table)
        edited = st.data_editor(
            overview(table),
            hide_index=True,
            disabled=["column", "seen", "missing"],
            column_config={
                "column": st.column_config.TextColumn("column"),
                "kind": st.column_config.SelectboxColumn("kind", options=_KINDS, required=True),
                "seen": st.column_config.TextColumn("values seen", width="large"),
                "missing": st.column_config.NumberColumn("missing", format="percent"),
            },
            key=f"kinds_{table.fingerprint}",
            alt="The columns of the table and what each one is taken for",
        )
        if not st.form_submit_button("Read the table again like this", icon=":material/refresh:"):
            return None
    known = {feature.name: feature.kind for feature in table.schema.features}
    kinds = dict(options.get("kinds") or {})
    kinds |= {row.column: row.kind for row in edited.itertuples() if known.get(row.column) != row.kind}
    roles = {role: "" if column == NONE else column for role, column in chosen.items()}
    return {**roles, "kinds": kinds, **({"encoding": encoding} if encoding else {})}


def _encoding(table: Table) -> str | None:
    """The letters of a text file, as found or as the person says; None for other files."""
    found = code_pages.said(table.notes)
    if found is None:
        return None
    known = code_pages.ENCODINGS if found in code_pages.ENCODINGS else {found: "as found"} | code_pages.ENCODINGS
    chosen = st.selectbox(
        "Letters (encoding)",
        list(known),
        index=list(known).index(found),
        format_func=lambda encoding: f"{known[encoding]} ({encoding})" if known[encoding] != "UTF-8" else "UTF-8",
        help="Where names or levels look garbled (Ã¤, ÎÒ, ïÅ) the file was written in another encoding; choose it",
    )
    return str(chosen) if chosen in code_pages.ENCODINGS else None


def _place(names: list[str], chosen: str | None) -> int:
    """Position of a column in the drop-down."""
    return names.index(chosen) + 1 if chosen in names else 0


def overview(table: Table) -> pd.DataFrame:
    """One line a feature: name, kind, what was seen, share of missing cells."""
    return pd.DataFrame(
        {
            "column": [feature.name for feature in table.schema.features],
            "kind": [feature.kind for feature in table.schema.features],
            "seen": [_seen(feature) for feature in table.schema.features],
            "missing": [feature.missing for feature in table.schema.features],
        }
    )


def _seen(feature: Feature) -> str:
    """Range or levels in words."""
    if feature.kind == "datetime" and feature.low is not None and feature.high is not None:
        ends = (pd.Timestamp(end, unit="s") for end in (feature.low, feature.high))
        return " to ".join(words.moment(end.to_pydatetime()) for end in ends)
    if feature.is_ordered and feature.low is not None and feature.high is not None:
        return f"{words.cell(feature.low, feature.decimals)} to {words.cell(feature.high, feature.decimals)}"
    shown = [words.short(str(level), 24) for level in feature.levels[:5]]
    more = f", … ({len(feature.levels):,} in all)" if len(feature.levels) > 5 else ""
    return ", ".join(shown) + more
