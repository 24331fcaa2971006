"""The session file: everything comes back, nothing else comes in, answers are added, replaced and joined."""

from __future__ import annotations

import contextlib
import json
import random
import tracemalloc
from dataclasses import replace
from typing import Any

import pytest

from core import registry
from core.codec import encode
from core.engine import explain, explain_rows
from core.errors import InputError, NotApplicable
from core.export.session import LARGEST, MOST, Session, from_session, joined, question, session, to_session, without
from core.results import KINDS, Attribution, Result, same
from core.views import view
from tests.contract_cases import CASES, case

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


def made(name: str = "xgboost with missing values", rows: tuple[int, ...] = (3, 5), **params: Any) -> Session:
    model, table = case(name)
    return session(explain_rows("shap", model, table, list(rows), **params), model, table)


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


def broken(change: Any) -> bytes:
    body = json.loads(to_session(made()))
    change(body["answers"][0])
    return json.dumps(body).encode()


@pytest.mark.parametrize(
    "change",
    [
        lambda answer: answer.update(type="Popen"),
        lambda answer: answer.update(type="Check", fields={"name": "x", "passed": None, "value": None, "text": "y"}),
        lambda answer: answer["fields"].update(label=7),
        lambda answer: answer["fields"].update(scale="furlongs"),
        lambda answer: answer["fields"].update(values="many"),
        lambda answer: answer["fields"].update(values={"type": "array", "shape": [1], "data": [1.0]}),
        lambda answer: answer["fields"].update(values={"type": "array", "shape": [-1, 0], "data": []}),
        lambda answer: answer["fields"].update(base={"type": "map", "items": []}),
        lambda answer: answer["fields"].update(checks={"type": "tuple", "items": ["passed"]}),
        lambda answer: answer["fields"].update(provenance=3),
        lambda answer: answer["fields"].update(surprise=3),
        lambda answer: answer["fields"].pop("features"),
        lambda answer: answer.pop("fields"),
    ],
)
def test_an_answer_that_is_not_sound_is_refused(change: Any) -> None:
    with pytest.raises(InputError):
        from_session(broken(change))


@pytest.mark.parametrize(
    ("method", "field"),
    [
        ("shap", "base"),
        ("aspect_attribution", "base"),
        ("shap_summary", "outputs"),
        ("shap_interactions", "total"),
    ],
)
@pytest.mark.parametrize("silent", [False, True])
def test_a_claim_that_parts_add_up_is_checked_again(method: str, field: str, silent: bool) -> None:
    model, table = case("xgboost with missing values")
    held = session([explain(method, model, table, 3)], model, table)
    (honest,) = from_session(to_session(held)).results
    assert next(check for check in honest.checks if check.name == "additivity").passed
    body = json.loads(to_session(held))
    fields = body["answers"][0]["fields"]
    whole = fields[field]
    fields[field] = 99.0 if isinstance(whole, float) else {**whole, "data": [99.0] * len(whole["data"])}
    if silent and method != "shap_summary":  # a file that leaves the check out is told on as well
        fields["checks"]["items"] = []
    (result,) = from_session(json.dumps(body).encode()).results
    check = next(check for check in result.checks if check.name == "additivity")
    assert check.passed is False
    assert "miss" in check.text


def test_a_sum_that_the_file_does_not_hold_is_no_passed_check() -> None:
    model, table = case("xgboost with missing values")
    body = json.loads(to_session(session([explain("shap_interactions", model, table, 3)], model, table)))
    body["answers"][0]["fields"]["total"] = None
    (result,) = from_session(json.dumps(body).encode()).results
    assert next(check for check in result.checks if check.name == "additivity").passed is None


def test_random_damage_is_refused_or_gives_an_answer_that_can_be_drawn() -> None:
    data = to_session(made(rows=(1,)))
    source = random.Random(0)
    refused = 0
    for _ in range(300):
        start = source.randrange(len(data))
        piece = bytes(source.choices(b'0123456789{}[]",:.eEnulltrue-', k=source.randrange(1, 6)))
        try:
            back = from_session(data[:start] + piece + data[start + source.randrange(6) :])
        except InputError:
            refused += 1
            continue
        for result in back.results:
            assert type(result) in KINDS.values()
            assert view(result).sentence
    assert refused > 100


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


def bombs() -> dict[str, bytes]:
    """Files within the size that would take gigabytes, or hours, once they are read as a whole."""
    start = b'{"format":"instance-explorer session","version":1,"models":{},"tables":{},"rows":{},"answers":['
    small = {"lists": b"[],", "objects": b"{},", "numbers": b"1.5,", "texts": b'"a",', "depth": b'[{"a":'}
    found = {name: start + piece * (10_000_000 // len(piece)) for name, piece in small.items()}
    body = to_session(made(rows=(1,)))
    keys = b",".join(b"[%d,0]" % (turn * (2**61 - 1)) for turn in range(1, 60_000))
    found["alike"] = body.replace(b'"params":{"items":[', b'"params":{"items":[%s,' % keys, 1)
    found["facts"] = body.replace(b'"models":{', b'"models":{"a":[%s[]],' % (b"[]," * 3_000_000), 1)
    wide = "\U0001f600" + "x" * 7_000_000
    found["wide"] = body.replace(b'"title":"', b'"title":"' + wide.encode(), 1)
    found["wide as a number"] = body.replace(b'"models":{', b'"models":{%s:{},' % json.dumps(wide).encode(), 1)
    label = json.dumps("\U0001f600" + "x" * 100_000).encode()
    one = json.loads(body)["answers"][0]
    several = [{**one, "fields": {**one["fields"], "label": "LABEL", "data": one["fields"]["data"]}}] * 140
    found["wide labels"] = start + json.dumps(several)[1:].encode().replace(b'"LABEL"', label) + b"}"
    for name in ("rules", "features", "data"):  # lists longer than any answer's, of texts that take ten times theirs
        many = {"type": "tuple", "items": ["ab"] * 330_000}
        lengthened = {**one, "fields": {**one["fields"], name: many}}
        found[f"many {name}"] = start + json.dumps([lengthened]).encode()[1:] + b"}"
    found["long"] = body.replace(b'"title":"', b'"title":"' + b"x" * 9_000_000, 1)
    assert all(name in ("lists", "objects", "numbers", "texts", "depth") or found[name] != body for name in found)
    return found


def test_a_small_file_does_not_become_large_or_slow() -> None:
    for name, data in bombs().items():
        tracemalloc.start()
        with pytest.raises(InputError):
            from_session(data)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 50 << 20, name


def test_a_tree_that_leads_back_to_itself_is_refused() -> None:
    """The way from a leaf up to the root had no end."""
    model, table = case("xgboost with missing values")
    body = json.loads(to_session(session([explain("surrogate", model, table, 0)], model, table)))
    nodes = body["answers"][0]["fields"]["nodes"]["items"]
    assert len(from_session(json.dumps(body).encode()).results) == 1
    for at, parent in ((0, 0), (1, 1), (1, len(nodes) - 1), (1, -1)):
        before, nodes[at]["fields"]["parent"] = nodes[at]["fields"]["parent"], parent
        with pytest.raises(InputError):
            from_session(json.dumps(body).encode())
        nodes[at]["fields"]["parent"] = before


@pytest.mark.parametrize("other", [["1"], [True], [[1.0]]])
def test_an_array_holds_numbers_and_nothing_that_could_be_one(other: list[Any]) -> None:
    body = json.loads(to_session(made(rows=(1,))))
    held = body["answers"][0]["fields"]["values"]
    held["data"] = other * len(held["data"])
    with pytest.raises(InputError):
        from_session(json.dumps(body).encode())


def test_names_that_are_all_alike_do_not_grow_without_end() -> None:
    """Each is drawn under a name of its own; by a mark as long as its number they would take gigabytes."""
    body = json.loads(to_session(made(rows=(1,))))
    fields = body["answers"][0]["fields"]
    many = 8_000
    fields["features"]["items"] = ["x" * 50] * many
    for name in ("values", "data", "decimals"):
        if isinstance(fields.get(name), dict) and "items" in fields[name]:
            fields[name]["items"] = (fields[name]["items"] * many)[:many]
    fields["values"].update(shape=[many], data=[1.0] * many)
    tracemalloc.start()
    with contextlib.suppress(InputError):
        from_session(json.dumps(body).encode())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 50 << 20


def test_what_could_not_be_opened_is_not_written() -> None:
    held = made(rows=(1,))
    with pytest.raises(InputError, match="fewer"):
        to_session(replace(held, title="x" * (LARGEST + 1)))
