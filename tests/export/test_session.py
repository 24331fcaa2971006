"""The session file: everything comes back, answers are added, replaced and joined."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from core import registry
from core.codec import encode
from core.engine import explain
from core.errors import InputError, NotApplicable
from core.export.session import LARGEST, MOST, from_session, joined, question, session, to_session, without
from core.results import Attribution, Result, same
from core.views import view
from tests.contract_cases import CASES, case
from tests.export.sessions import made

QUICK = {"lime": {"num_samples": 200}, "permutation_importance": {"rounds": 2}, "nudges": {}}


def answers(name: str) -> list[Result]:
    """One answer of every method that applies."""
    model, table = case(name)
    found: list[Result] = []
    for method in registry.methods():
        try:
            params = {
                key: value for key, value in QUICK.get(method.id, {}).items() if key in [p.name for p in method.params]
            }
            found.append(explain(method.id, model, table, 3, **params))
        except NotApplicable:
            continue
    return found


@pytest.mark.parametrize("name", CASES)
def test_every_method_s_answer_comes_back_without_the_model(name: str) -> None:
    model, table = case(name)
    before = answers(name)
    back = from_session(to_session(session(before, model, table, title="Mine")))
    assert back.title == "Mine"
    assert len(back.results) == len(before)
    for first, second in zip(before, back.results, strict=True):
        assert same(first, second)
        assert view(first).sentence == view(second).sentence
    facts = back.models[model.fingerprint]
    assert facts["kind"] == model.kind
    assert facts["classes"] == model.classes


def test_rows_keep_their_names_and_true_values() -> None:
    model, table = case("random forest, regression")
    back = from_session(to_session(made("random forest, regression")))
    held = back.rows[f"{table.fingerprint}/5"]
    assert held == {"name": table.row_name(5), "truth": pytest.approx(float(table.truth(5)))}
    assert back.name_of(back.results[1]) == table.row_name(5)
    whole = explain("performance", model, table)
    assert back.name_of(whole) == ""


def test_the_same_session_is_the_same_bytes() -> None:
    held = to_session(made())
    assert to_session(from_session(held)) == held


def test_adding_replaces_the_same_question_and_keeps_the_others() -> None:
    first, more = made(rows=(1, 2)), made(rows=(2, 4))
    both = joined(first, more)
    assert [result.provenance.row for result in both.results if result.provenance] == [1, 2, 4]
    assert both.results[1] is more.results[0]
    assert joined(first, more, overwrite=False).results[1] is first.results[1]
    other = made(rows=(2,), scale="probability")
    assert len(joined(first, other).results) == 3


def test_sessions_of_two_models_are_one() -> None:
    both = joined(made(), made("random forest, regression"))
    assert len(both.models) == len(both.tables) == 2
    assert len(both.results) == 4
    assert len({question(result) for result in both.results}) == 4
    back = from_session(to_session(both))
    assert [same(first, second) for first, second in zip(both.results, back.results, strict=True)] == [True] * 4


def test_answers_can_be_taken_out() -> None:
    held = made(rows=(1, 2, 4))
    assert without(held, [question(held.results[1])]).results == (held.results[0], held.results[2])


def test_answers_about_something_else_are_refused() -> None:
    model, _table = case("xgboost with missing values")
    _other, table = case("random forest, regression")
    with pytest.raises(InputError, match="not about this model"):
        session(made().results, model, table)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not a session"),
        (b"[1, 2]", "not a session"),
        (b"{}", "not a session"),
        (b'{"format": "instance-explorer session", "version": 2}', "another version"),
        (b'{"format": "instance-explorer session", "version": 1}', "list of at most"),
        (b'{"format": "instance-explorer session", "version": 1, "answers": []}', "about is missing"),
        (b"[" * 100_000, "not a session"),
        (b"\xff\xfe\x00", "not a session"),
    ],
)
def test_what_is_no_session_is_refused_in_words(data: bytes, words: str) -> None:
    with pytest.raises(InputError, match=words):
        from_session(data)


def test_too_many_answers_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST >= 1_000
    monkeypatch.setattr("core.export.session.MOST", 20)
    body = json.loads(to_session(made(rows=(1,))))
    body["answers"] = body["answers"] * 21
    with pytest.raises(InputError, match="at most"):
        from_session(json.dumps(body).encode())


def test_long_texts_from_outside_are_bounded() -> None:
    body = json.loads(to_session(made(rows=(1,))))
    body["title"] = "<b>" * 1000
    body["rows"] = {"x" * 1000: {"name": "y" * 1000, "inner": {"deep": 1}}}
    back = from_session(json.dumps(body).encode())
    assert len(back.title) <= 120
    ((key, facts),) = back.rows.items()
    assert len(key) <= 200
    assert len(facts["name"]) <= 200
    assert facts["inner"] is None


def test_an_answer_without_provenance_still_has_a_question() -> None:
    bare = Attribution(("a",), made().results[0].values[:1], (1,), 0.0, 1.0, "target", "y")  # type: ignore[attr-defined]
    assert len(question(bare)) == len(question(made().results[0]))
    assert encode(bare)["type"] == "Attribution"


def test_what_could_not_be_opened_is_not_written() -> None:
    held = made(rows=(1,))
    with pytest.raises(InputError, match="fewer"):
        to_session(replace(held, title="x" * (LARGEST + 1)))
