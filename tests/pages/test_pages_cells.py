"""A click on a cell of right and wrong leads to the rows in it, under the model that it belongs to."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from core import engine
from core.fingerprint import of_params
from core.instances import Query, Sample, select, truth
from core.loading.frames import from_frame
from core.loading.match import match
from core.loading.samples import load_sample_model, load_sample_table, samples
from core.views.scores import CONFUSION
from pages.parts import chart, shows, subject
from tests.contract_cases import case
from tests.pages.app import errors, now, open_page, words


def test_the_rows_of_a_cell_are_those_of_the_confusion_matrix() -> None:
    sample = next(one for one in samples() if load_sample_model(one.id).task == "binary")
    both = match(load_sample_model(sample.id), load_sample_table(sample.table))
    predicted, known = both.model.predict(both.table.inputs), truth(both.model, both.table)
    for cell in ((0, 1, 0.5), (1, 0, 0.3), (1, 1, 0.9)):
        rows = select(both.model, both.table, predicted, 1, Query(cell=cell))
        chosen = np.array([1 if chance >= cell[2] else 0 for chance in predicted[:, 1]])
        assert list(rows) == [at for at in range(len(known)) if known[at] == cell[0] and chosen[at] == cell[1]]


def test_the_picker_says_which_cell_its_rows_come_from_and_leads_back() -> None:
    sample = next(one for one in samples() if load_sample_model(one.id).task == "binary")
    model, table = load_sample_model(sample.id), load_sample_table(sample.table)
    both = match(model, table)
    digest = of_params([both.model.fingerprint, both.table.fingerprint])
    app = open_page("explain", {"query": {digest: Query(cell=(1, 0, 0.5), sample=Sample(300, 0))}}, model=sample.id)
    assert f"The truth is **{model.classes[1]}**, the model says **{model.classes[0]}**" in words(app)
    assert "Only of the 300 rows that were scored." in words(app)
    app.button(key="all_cells").click().run()
    assert errors(app) == []
    assert "The truth is **" not in words(app)
    assert f"of {len(table):,} instances" in words(app)


def click(monkeypatch: pytest.MonkeyPatch, **mark: str) -> None:
    """The next matrix of right and wrong that is drawn is clicked at once: no browser runs here."""
    marks = [mark]

    def show(_view, key, _pick=None, on_mark=None):
        if on_mark is not None and key.startswith("performance.") and marks:
            on_mark(marks.pop())

    monkeypatch.setattr(chart, "show", show)


@pytest.mark.parametrize("whose", [0, 1], ids=["the model in question", "the one beside it"])
def test_a_cell_opens_the_rows_of_its_own_model(whose: int, monkeypatch: pytest.MonkeyPatch) -> None:
    first = samples()[0]
    other = next(one for one in samples() if one.table == first.table and one.id != first.id)
    both = match(load_sample_model((first, other)[whose].id), load_sample_table(first.table))
    no, yes = both.model.classes
    wrong = (both.model.predict(both.table.inputs)[:, 1] < 0.5) & (np.asarray(truth(both.model, both.table)) == 1)
    app = open_page("model", model=first.id, versus=other.id)
    click(monkeypatch, truth=yes, said=no)
    box = app.segmented_control(key=now(app, "performance.together.picture"))
    box.set_value(f"{CONFUSION} {both.model.name}").run()
    assert errors(app) == []
    asked = app.session_state["question"]
    assert (asked.model or first.id, asked.row) == ((first, other)[whose].id, np.flatnonzero(wrong)[0])
    assert asked.versus == (other, first)[whose].id
    assert f"The truth is **{yes}**, the model says **{no}**" in words(app)


@pytest.mark.parametrize(
    "params", [{"where": "age > 50"}, {"rows": 300, "seed": 4}, {"where": "age > 30", "rows": 400}]
)
def test_every_cell_opens_as_many_rows_as_it_counts(params: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    first = samples()[0]
    both = match(load_sample_model(first.id), load_sample_table(first.table))
    result = engine.explain("performance", both.model, both.table, **params)
    told: list[Query] = []
    monkeypatch.setattr(subject, "set_query", lambda _about, query: told.append(query))
    monkeypatch.setattr(subject, "rows_in_view", lambda _about: [])
    about = SimpleNamespace(table=both.table)
    said = both.model.predict(both.table.inputs)
    for truth_at, chosen in ((0, 0), (0, 1), (1, 0), (1, 1)):
        names = both.model.classes
        shows._open_cell(about, about, result, {"truth": names[truth_at], "said": names[chosen]})
        rows = select(both.model, both.table, said, 1, told[-1])
        assert len(rows) == result.confusion[truth_at, chosen] > 0


def test_rows_of_no_weight_are_in_no_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    model, plain = case("pipeline with text levels")
    table = from_frame(plain.frame.assign(w=np.arange(len(plain)) % 3), "t", target=plain.target, label="", weights="w")
    both = match(model, table)
    result = engine.explain("performance", both.model, both.table)
    told: list[Query] = []
    monkeypatch.setattr(subject, "set_query", lambda _about, query: told.append(query))
    monkeypatch.setattr(subject, "rows_in_view", lambda _about: [])
    about = SimpleNamespace(table=both.table)
    shows._open_cell(about, about, result, {"truth": model.classes[1], "said": model.classes[1]})
    rows = select(both.model, both.table, both.model.predict(both.table.inputs), 1, told[0])
    assert len(rows) == result.confusion[1, 1] > 0
    assert (both.table.frame["w"].iloc[rows] > 0).all()


def test_a_subset_opens_the_rows_that_it_was_found_on(monkeypatch: pytest.MonkeyPatch) -> None:
    first = samples()[0]
    both = match(load_sample_model(first.id), load_sample_table(first.table))
    result = engine.explain("subsets", both.model, both.table, rows=500, where="age > 30")
    told: list[Query] = []
    monkeypatch.setattr(subject, "set_query", lambda _about, query: told.append(query))
    monkeypatch.setattr(subject, "rows_in_view", lambda _about: [])
    about = SimpleNamespace(table=both.table)
    for place in range(3):
        shows._open_subset(about, result, {"place": place})
        rows = select(both.model, both.table, both.model.predict(both.table.inputs), 1, told[-1])
        assert len(rows) == result.subsets[place].rows
        assert (both.table.frame["age"].iloc[rows] > 30).all()
