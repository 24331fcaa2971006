from __future__ import annotations

import csv
import io
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from core import registry
from core.engine import explain
from core.errors import NotApplicable
from core.export.csv import neutral, to_csv
from core.loading.frames import from_frame
from core.loading.match import match
from core.models import wrap
from core.views import view
from tests.costs import growth

FORMULAS = ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0"]
HIDDEN = [" =1", "\n=1", "\u200b=1", "\u202e@x", "\ufeff=1", "\uff1d1", "\u00a0+1", "sep=;", "\x00=1", "\xad=1"]


@pytest.mark.parametrize("cell", [*FORMULAS, *HIDDEN, "-1"])
def test_formulas_become_text(cell: str) -> None:
    found = neutral(cell)
    assert found.startswith("'")
    assert found.replace("'", "") == cell.replace("'", "")


@pytest.mark.parametrize("cell", [-1, -1.5, 0, None, True, "a=b", "", "1-2"])
def test_numbers_and_plain_text_stay(cell: object) -> None:
    assert neutral(cell) == cell


@given(
    st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00\r"), max_size=12), min_size=1, max_size=6)
)
def test_no_cell_of_the_file_starts_a_formula(cells: list[str]) -> None:
    content = to_csv(pd.DataFrame({"=head": cells, "n": range(len(cells))}))
    again = pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False, encoding="utf-8-sig")
    assert list(again.columns) == ["'=head", "n"]
    assert not again["'=head"].str.strip().str.startswith(("=", "+", "-", "@", "\t", "\r")).any()
    assert [cell.replace("'", "") for cell in again["'=head"]] == [cell.replace("'", "") for cell in cells]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_no_cell_starts_a_formula_whatever_the_spreadsheet_takes_for_its_separator(separator: str) -> None:
    """Where the decimal sign is a comma, a spreadsheet opens CSV by semicolons."""
    frame = pd.DataFrame({"a": ["x;=1+1", "y\t=2", "z|@3", "; \u200b-4", 'say "hi;=5"'], "b;=6": [1.5, None, -3, 4, 5]})
    rows = list(csv.reader(io.StringIO(to_csv(frame).decode("utf-8-sig")), delimiter=separator))
    assert len(rows) == 6
    assert not [cell for row in rows for cell in row if cell.strip(" \u200b")[:1] in tuple("=@")]
    back = pd.read_csv(io.BytesIO(to_csv(frame)), encoding="utf-8-sig")
    assert [cell.replace("'", "") for cell in back["a"]] == frame["a"].tolist()
    assert back["b;'=6"].tolist()[2:] == [-3.0, 4.0, 5.0]


@pytest.mark.parametrize("separator", [";", "\t", "|"])
@pytest.mark.parametrize("marks", ['"', '" "', '\u200b"'])
def test_a_quotation_that_another_separator_tears_apart_starts_no_formula(separator: str, marks: str) -> None:
    """``x,"a;""=1+1;b"`` read by semicolons has the cell ``""=1+1``: an empty quotation and a formula behind it."""
    frame = pd.DataFrame(
        {"first": ["x"], f"b{separator}{marks}=2{separator}c": [f"a{separator}{marks}=1+1{separator}b"]}
    )
    rows = list(csv.reader(io.StringIO(to_csv(frame).decode("utf-8-sig")), delimiter=separator))
    assert [len(row) for row in rows] == [3, 3]
    assert not [cell for row in rows for cell in row if cell.strip(" \u200b")[:1] == "="]
    back = pd.read_csv(io.BytesIO(to_csv(frame)), encoding="utf-8-sig")
    assert [cell.replace("'", "") for cell in (*back.columns, *back.iloc[0])] == [*frame.columns, *frame.iloc[0]]


def test_numbers_are_written_in_full() -> None:
    content = to_csv(pd.DataFrame({"x": [0.1 + 0.2, -1e-17]})).decode("utf-8-sig")
    assert content.splitlines() == ["x", "0.30000000000000004", "-1e-17"]


@pytest.fixture(scope="module")
def formulas():
    """A model and a table whose columns, levels, classes and row names are formulas."""
    random = np.random.default_rng(0)
    frame = pd.DataFrame({"=size": random.normal(size=80).round(2), "+age": random.normal(size=80).round(2)})
    frame["@kind"] = random.choice(FORMULAS, 80)
    frame["-name"] = [f"{FORMULAS[row % 7]}{row}" for row in range(80)]
    frame["=truth"] = np.where(frame["=size"] + frame["+age"] > 0, "=1+1", "@no")
    names = ["=size", "+age", "@kind"]
    front = ColumnTransformer([("n", "passthrough", names[:2]), ("l", OneHotEncoder(), names[2:])])
    fitted = make_pipeline(front, LogisticRegression()).fit(frame[names], frame["=truth"])
    table = from_frame(frame, "=table", target="=truth", label="-name")
    found = match(wrap(fitted), table)
    return found.model, found.table


@pytest.mark.parametrize("method", [one.id for one in registry.methods() if one.cost != "minutes"])
def test_no_methods_table_holds_a_formula(method, formulas):
    """Every text that the CSV begins like a formula is a number of ours."""
    model, table = formulas
    try:
        result = explain(method, model, table, 3)
    except NotApplicable as error:
        pytest.skip(str(error))
    rows = list(csv.reader(io.StringIO(to_csv(view(result).table).decode("utf-8-sig"), newline="")))
    cells = [cell for row in rows for cell in row if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]
    assert all(re.fullmatch(r"-(\d[\d.]*(e[+-]?\d+)?|inf)", cell) for cell in cells), cells


@pytest.mark.parametrize("cell", ["x\r=1+1", "\r\r=1+1", "a\r\n=1", 'q"\r@x', "\r"])
def test_no_line_break_in_a_cell_begins_a_formula(cell):
    """A carriage return ends a line for a spreadsheet wherever it is not quoted."""
    content = to_csv(pd.DataFrame({cell: [cell], "n": [1]})).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(content, newline="")))
    assert [len(row) for row in rows] == [2, 2]
    assert not [text for row in rows for text in row if text.startswith(("=", "@"))]


@pytest.mark.parametrize("sign", ["\t", "\n", ";", '"', "; "])
def test_a_long_run_of_signs_costs_its_length(sign):
    """Looked at again from each of its letters, ten cells of 20,000 tabs would stop the app for minutes."""
    assert neutral(f"x{sign * 500}y") == f"x{sign * 500}y"
    assert neutral(f"x{sign * 500};=1") == f"x{sign * 500};'=1"
    assert growth(lambda size: neutral(f"x{sign * size}y"), 250, 16) < 4
