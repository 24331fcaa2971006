"""Columns instead of records: undone exactly, by Python and by the report's own script."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.export.report.pack import Texts, pack, rounded, unpacked
from tests.portable.test_javascript import NODE

SCRIPT = Path(__file__).parents[2] / "core" / "assets" / "report_data.js"
CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**40), 2**40),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=6),
)
ROWS = st.lists(st.dictionaries(st.sampled_from(["x", "y", "label", "<b>"]), CELLS, max_size=4), max_size=6)


def wanted(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What must come back: every record with every field, numbers as fine as a drawing needs."""
    names = dict.fromkeys(name for row in rows for name in row)
    return [{name: rounded(row.get(name)) for name in names} for row in rows]


@given(st.lists(ROWS, max_size=3))
def test_packed_records_come_back(tables: list[list[dict[str, Any]]]) -> None:
    texts = Texts()
    packed = [pack(rows, texts) for rows in tables]
    sent = json.loads(json.dumps(packed, allow_nan=False))
    for rows, held in zip(tables, sent, strict=True):
        back = unpacked(held, texts.listed())
        assert back == wanted(rows)
        assert [[type(cell) for cell in row.values()] for row in back] == [
            [type(cell) for cell in row.values()] for row in wanted(rows)
        ]


def test_each_text_is_kept_once_and_a_shared_value_is_written_once() -> None:
    texts = Texts()
    packed = pack([{"role": "line", "y": 0.1, "label": "a"}, {"role": "line", "y": 0.2, "label": "a"}], texts)
    assert texts.listed() == ["line", "a"]
    assert packed["columns"] == {"role": ["T", 0], "y": ["v", [0.1, 0.2]], "label": ["T", 1]}


def test_numbers_that_are_none_become_null() -> None:
    texts = Texts()
    assert unpacked(pack([{"y": float("nan")}, {"y": float("inf")}, {"y": 1 / 3}], texts), []) == [
        {"y": None},
        {"y": None},
        {"y": 0.3333333},
    ]


@pytest.mark.skipif(NODE is None, reason="there is no node to run JavaScript with")
def test_the_script_undoes_it_alike() -> None:
    tables: list[list[dict[str, Any]]] = [
        [{"x": 1, "label": "</script>"}, {"x": 2.5, "label": None}, {"x": None}],
        [{"a": True}, {"a": False}],
        [{"a": 1}, {"a": "one"}, {}],
        [{"same": "t"}, {"same": "t"}],
        [],
    ]
    texts = Texts()
    packed = [pack(rows, texts) for rows in tables]
    ask = 'import { readFileSync } from "node:fs";\nconst [p, t] = JSON.parse(readFileSync(0, "utf8"));\n'
    ask += "process.stdout.write(JSON.stringify(p.map((one) => unpack(one, t))));"
    assert NODE is not None
    run = [NODE, "--input-type=module", "-e", SCRIPT.read_text(encoding="utf-8") + ask]
    given_text = json.dumps([packed, texts.listed()])
    found = json.loads(subprocess.run(run, input=given_text, capture_output=True, text=True, check=True).stdout)
    assert found == [wanted(rows) for rows in tables]
