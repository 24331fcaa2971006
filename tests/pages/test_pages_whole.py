"""Model and Data with models that the pages were not made for: hostile names, gaps, one column, several classes."""

from __future__ import annotations

import pytest

from core import cache, registry
from tests.contract_cases import CASES, HOSTILE, case
from tests.pages.app import errors, open_page

QUICK = [name for name in CASES if name != "k nearest neighbours"]


@pytest.mark.parametrize("page", ["model", "data"])
@pytest.mark.parametrize("name", QUICK)
def test_every_section_opens_on_other_models(page: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    model, table = case(name)
    monkeypatch.setattr(cache, "pair", lambda *_: cache.Pair(model, table, (), False, f"whole {name}"))
    found = [method for method in registry.methods(page) if method.cost != "minutes"]  # type: ignore[arg-type]
    app = open_page(page, {f"open_{method.id}": True for method in found}, row=3)
    assert errors(app) == []
    shown = [str(text.value) for text in (*app.markdown, *app.caption, *app.info)]
    assert not [text for text in shown if HOSTILE in text], "names from outside are escaped"
