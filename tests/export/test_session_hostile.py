"""Session files that somebody tampered with: refused in words, never large, slow, or believed."""

from __future__ import annotations

import contextlib
import json
import random
import tracemalloc
from typing import Any

import pytest

from core.engine import explain
from core.errors import InputError
from core.export.session import from_session, session, to_session
from core.results import KINDS
from core.views import view
from tests.contract_cases import case
from tests.export.sessions import made


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
