"""Every file that a panel offers can be made, for every kind of answer."""

from __future__ import annotations

import csv
import io
import json

import pytest

from core import engine, registry
from core.comparison import together
from pages.parts.downloads import files
from tests.contract_cases import case


@pytest.mark.parametrize("method", registry.methods(), ids=lambda method: method.id)
def test_every_file_is_made(method: registry.Method) -> None:
    model, table = case("pipeline with text levels")
    if method.unsupported(model, table):
        pytest.skip("says why it does not apply")
    check(engine.explain(method.id, model, table, 7))


def test_every_file_of_several_models_is_made() -> None:
    result = engine.explain("permutation_importance", *case("pipeline with text levels"))
    check(together([result, result], ["A", "B"]))


def check(result: object) -> None:
    made = {ending: make() for _, ending, _, make in files(result)}  # type: ignore[arg-type]
    assert made["png"].startswith(b"\x89PNG")  # type: ignore[arg-type]
    assert b"<svg" in made["svg"]  # type: ignore[operator]
    text = made["csv"]
    assert isinstance(text, bytes)
    rows = list(csv.reader(io.StringIO(text.decode("utf-8-sig"))))
    assert len(rows) > 1
    assert len({len(row) for row in rows}) == 1
    assert json.loads(made["json"])["kind"] == result.kind  # type: ignore[attr-defined]
