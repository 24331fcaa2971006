"""A worker that was taken over describes its model otherwise, and answers what nobody asked: none of it is believed."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from core import errors
from core.loading.frames import from_frame
from core.loading.models import read_model
from core.portable import said_against, to_json
from core.workers import RemoteModel, heads, open_model, plain
from core.workers.client import Client
from core.workers.remote import _model_of
from core.workers.settings import Settings
from core.workers.wire import MAX_WEIGHT, Closed, Message

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="workers need Linux")
FRAME = pd.DataFrame(np.random.default_rng(0).normal(size=(30, 3)), columns=list("abc"))
MODEL = pickle.dumps(LogisticRegression().fit(FRAME, FRAME["a"] > 0))


@pytest.fixture
def remote() -> Iterator[RemoteModel]:
    model = open_model(MODEL, "m.pkl")
    yield model
    model.close()


FACTS: list[dict[str, Any]] = [
    {"levels": 5},
    {"levels": {"a": 5}},
    {"levels": {"a": [["int", "9" * 9_000]]}},
    {"levels": {"a": [["code", "x"]]}},
    {"features": ["a\ud800"]},
    {"features": ["x" * 100_000]},
    {"features": []},
    {"features": ["a", "b", "a"]},
    {"features": [1]},
    {"classes": ["a"] * 20_000},
    {"classes": "yes"},
    {"task": "rm"},
    {"task": ["binary"]},
    {"margin_scale": "inches"},
    {"notes": [{}]},
]


@pytest.mark.parametrize("changed", FACTS, ids=[str(n) for n in range(len(FACTS))])
def test_a_model_described_otherwise_is_refused(remote: RemoteModel, changed: dict[str, Any]) -> None:
    facts = dict(remote.lease.facts)
    assert _model_of(remote.lease, "x").features == ("a", "b", "c")
    remote.lease.facts = {**facts, **changed}
    with pytest.raises((Closed, ValueError, TypeError, KeyError, AttributeError)):  # what open_model turns into words
        _model_of(remote.lease, "x")


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_no_number_is_no_prediction(remote: RemoteModel, monkeypatch: pytest.MonkeyPatch, bad: float) -> None:
    values = np.full((30, 2), 0.5)
    values[7, 1] = bad
    monkeypatch.setattr(Client, "ask", lambda *_args: Message({}, [values]))
    with pytest.raises(errors.ModelError, match="something else"):
        remote.predict(FRAME)


def test_another_model_in_plain_form_is_refused(remote: RemoteModel, monkeypatch: pytest.MonkeyPatch) -> None:
    made = remote.portable()
    assert made is not None
    other = {**to_json(made), "features": ["<img src=x onerror=alert(1)>", "b", "c"]}
    monkeypatch.setattr(Client, "ask", lambda *_args: Message({"portable": other}))
    with pytest.raises(errors.ModelError, match="another model"):
        remote.portable()


def test_a_plain_form_that_would_grow_is_not_built(remote: RemoteModel, monkeypatch: pytest.MonkeyPatch) -> None:
    large = {"body": {"kind": "trees", "nodes": 20_000, "base": [0.0] * 1_000}}
    monkeypatch.setattr(Client, "ask", lambda *_args: Message({"portable": large}))
    monkeypatch.setattr("core.workers.plain.from_json", lambda _data: pytest.fail("it was built"))
    assert remote.portable() is None
    assert "too large" in said_against(remote)


def test_a_plain_form_that_is_none_is_as_good_as_none(remote: RemoteModel, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages ask the model itself then; they know no other error of a plain form."""
    made = remote.portable()
    assert made is not None
    whole = to_json(made)
    for wrong in ({**whole, "version": -1}, {**whole, "body": {"kind": "trees"}}, {"features": []}, [1], "x", 7):
        monkeypatch.setattr(Client, "ask", lambda *_args, form=wrong: Message({"portable": form}))
        assert remote.portable() is None
        assert "not valid" in said_against(remote)


def test_a_plain_form_beyond_an_answer_is_said_to_be_and_the_worker_lives() -> None:
    """Sent all the same, it would be more than the app reads, and end its process."""
    here = read_model(MODEL, "m.pkl")
    form = here.portable()
    assert form is not None
    size = len(heads.written({"portable": to_json(form)}, (), 0))
    assert plain.said(here, size, MAX_WEIGHT).head["portable"] == to_json(form)
    assert plain.said(here, size, 10).head["portable"] is None  # it may weigh no more, once it is read
    model = open_model(MODEL, "m.pkl", Settings(reply=size - 1))
    place = model.lease.place
    assert model.portable() is None
    assert "MB, more than is handed on" in said_against(model)
    assert model.lease.place is place
    assert place is not None
    assert place.client.channel is not None
    assert model.predict(FRAME).shape == (30, 2)
    model.close()


@pytest.mark.parametrize("why", [None, 7, ["a"], {"a": 1}, "x" * 10_000, "\ud800 \x00", "two\nlines"])
def test_why_a_model_does_not_convert_is_a_short_text(
    remote: RemoteModel, monkeypatch: pytest.MonkeyPatch, why: Any
) -> None:
    monkeypatch.setattr(Client, "ask", lambda *_args: Message({"portable": None, "why": why}))
    assert remote.portable() is None
    said = said_against(remote)
    assert len(said) <= 500
    said.encode("utf-8")
    assert not set(said) & {"\x00", "\n"}
    assert bool(said) == isinstance(why, str)


RESULTS: list[dict[str, Any]] = [
    {"features": 5},
    {"features": {"type": "tuple", "items": [1, 2, 3]}},
    {"values": "<script>"},
    {"base": "1"},
    {"base": None},
    {"scale": "inches"},
    {"label": 7},
    {"checks": {"type": "tuple", "items": ["x"]}},
    {"steps": "yes"},
    {"data": {"type": "map", "items": [["a", {"type": "map", "items": 5}]]}},
    {"provenance": 3},
]


@pytest.mark.parametrize("changed", RESULTS, ids=[str(n) for n in range(len(RESULTS))])
def test_a_result_with_a_part_of_another_type_is_refused(
    remote: RemoteModel, monkeypatch: pytest.MonkeyPatch, changed: dict[str, Any]
) -> None:
    from core.codec import encode
    from core.engine import explain

    table = from_frame(FRAME, "t")
    good = encode(explain("shap", open_model(MODEL, "m.pkl"), table, 0))
    monkeypatch.setattr(Client, "ask", lambda *_args, **_named: Message({"results": [good]}))
    assert len(remote.explain_rows("shap", table, [0], None, {})) == 1
    bad = {**good, "fields": {**good["fields"], **changed}}
    monkeypatch.setattr(Client, "ask", lambda *_args, **_named: Message({"results": [bad]}))
    with pytest.raises(errors.ModelError, match="something else"):
        remote.explain_rows("shap", table, [0], None, {})


def test_a_result_nested_without_end_is_refused(remote: RemoteModel, monkeypatch: pytest.MonkeyPatch) -> None:
    deep: Any = 1
    for _ in range(900):
        deep = {"type": "tuple", "items": [deep]}
    monkeypatch.setattr(Client, "ask", lambda *_args, **_named: Message({"results": [deep]}))
    with pytest.raises(errors.ModelError):
        remote.explain_rows("shap", from_frame(FRAME, "t"), [0], None, {})
