"""The layout file: it comes back, and nothing that is not a bounded text comes in."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as some

from core.errors import InputError
from core.export.layout import FORMAT, LARGEST, LONGEST, MOST, from_layout, to_layout


@given(
    some.dictionaries(some.text(min_size=1, max_size=40).filter(str.isprintable), some.text(max_size=200), max_size=20)
)
def test_every_layout_comes_back(pairs: dict[str, str]) -> None:
    kept = {name: text.encode("utf-8", "replace").decode() for name, text in pairs.items()}
    assert from_layout(to_layout(kept)) == kept
    assert to_layout(kept) == to_layout(dict(reversed(kept.items())))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b"[" * 100_000,
        json.dumps({"format": "another", "pairs": {}}).encode(),
        json.dumps({"format": FORMAT}).encode(),
        json.dumps({"format": FORMAT, "pairs": []}).encode(),
        json.dumps({"format": FORMAT, "pairs": {"a": 1}}).encode(),
        json.dumps({"format": FORMAT, "pairs": {"a": {"b": "c"}}}).encode(),
        json.dumps({"format": FORMAT, "pairs": {"a": "x" * (LONGEST + 1)}}).encode(),
        json.dumps({"format": FORMAT, "pairs": {"x" * (LONGEST + 1): "a"}}).encode(),
        json.dumps({"format": FORMAT, "pairs": {str(place): "" for place in range(MOST + 1)}}).encode(),
        b" " * (LARGEST + 1),
    ],
    ids=lambda body: repr(body[:24]),
)
def test_anything_else_is_refused_in_words(body: bytes) -> None:
    with pytest.raises(InputError) as told:
        from_layout(body)
    assert told.value.what.endswith(".")
