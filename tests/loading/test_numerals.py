"""Lists of numbers read at once are those that are read one by one; what is no list of numbers is refused."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.loading.formats import numerals
from core.loading.formats.numerals import Numerals, count, integers, parse_json, values

_LEAVES = st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.floats(allow_nan=False, allow_infinity=False)
_VALUES = st.recursive(
    _LEAVES | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


def spelt_out(held: Any) -> Any:
    """Lists of numbers as lists again."""
    if isinstance(held, Numerals):
        return np.asarray(held).tolist()
    if isinstance(held, list):
        return [spelt_out(item) for item in held]
    return {name: spelt_out(item) for name, item in held.items()} if isinstance(held, dict) else held


@given(_VALUES, st.sampled_from([None, 1]))
def test_json_is_read_as_json_reads_it(value: Any, indent: int | None) -> None:
    assert spelt_out(parse_json(json.dumps(value, indent=indent).encode())) == value


@given(
    st.lists(st.lists(st.integers(-9, 9)) | st.text(alphabet='[]{},:1 a"', max_size=6), max_size=8), st.integers(0, 2)
)
def test_long_lists_are_found_by_their_brackets_alike(parts: list[Any], indent: int) -> None:
    text = json.dumps([{"x": parts, "[1]": [parts, []]}, parts], indent=indent or None).encode()
    quick: list[bytes] = []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(numerals, "_LONG", 0)
        left = numerals._without_lists(text, quick)
    thorough: list[bytes] = []
    assert numerals._without_lists(text, thorough) == left or b"\\" in text
    assert quick == thorough


@pytest.mark.parametrize("text", ['{"[1,2]": ["[3]", 4]}', '{"a\\"[1": [5, 6]}', '["\\\\", [7]]', '[[], [ ], "[8"]'])
def test_brackets_in_texts_are_texts(text: str) -> None:
    assert spelt_out(parse_json(text.encode())) == json.loads(text)


@pytest.mark.parametrize("text", ['{"a": 1, "a": [2]}', "[1, 2", '{"a": [1 "x"]}', "[1] [2]", "nul", '["\ud800]'])
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - json's and our own, whatever the words
        parse_json(text.encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("text", ["[1,,2]", "[1 2]", "[1,]", "[-]", "[1-2]", "[1.2.3]", "[e5, 1]", "[1, 2e]"])
def test_a_list_of_broken_numbers_is_refused_when_it_is_read(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - as above
        np.asarray(parse_json(f'{{"x": {text}}}'.encode())["x"])


def test_a_list_knows_its_length_unread() -> None:
    found = parse_json(b'{"x": [1, 2, 3], "y": [4]}')
    assert [len(found["x"]), len(found["y"])] == [3, 1]


@given(st.lists(st.floats(allow_nan=False) | st.integers(-(10**9), 10**9), min_size=1))
def test_numbers_are_counted_and_read(numbers: list[float]) -> None:
    text = " ".join(map(repr, numbers))
    assert count(text.encode()) == len(numbers)
    assert values(text.encode(), " ").tolist() == list(map(float, numbers))


@pytest.mark.parametrize(
    "text",
    ["--1", "1\x0b2", "1\t2", "1\x1c2", "1\x85", "1 e5", "1 -", "1 +.", ".", "x", "1 nanx", "\u0663", "1 2\u00b2"],
)
def test_what_makes_a_native_parser_abort_is_no_number(text: str) -> None:
    with pytest.raises(ValueError, match="no number"):
        count(text.encode())


@pytest.mark.parametrize("text", ["1  2", " 1 2", "1 2 ", "inf nan -inf", "+1 -2.5e-3"])
def test_blanks_and_words_for_numbers_are_taken(text: str) -> None:
    assert count(text.encode()) == len(text.split())


@pytest.mark.parametrize(
    "many", [b"{}," * 1_000_001, b"[]," * 4_000_001, b'"",' * 4_000_001, b'"' + b"\\t" * 1_000_001 + b'",']
)
def test_a_file_of_countless_small_parts_is_refused_before_it_is_read(many: bytes) -> None:
    with pytest.raises(ValueError, match="far beyond what any forest needs"):
        parse_json(b"[" + many + b"0]")


_ODD = st.text(alphabet="0123456789-+.eE ,xinfa", max_size=14).map(str.encode)


@given(_ODD)
def test_compiled_and_close_looks_count_alike(text: bytes) -> None:
    """Where the compiled loop is sure, every part between blanks begins as a number; what is one always counts."""
    parts = [part for part in text.decode().split(" ") if part]
    whole = all(re.fullmatch(numerals.NUMBER, part) for part in parts)
    try:
        found = count(text) if text else 0
    except ValueError:
        assert not whole
        return
    assert found == len(parts)
    assert all(re.match(numerals.NUMBER, part) for part in parts)


@given(st.lists(_ODD, max_size=4), st.sampled_from(" ,"))
def test_whole_numbers_of_several_texts_are_those_of_one(texts: list[bytes], separator: str) -> None:
    joined = separator.encode().join(texts)
    try:
        expected = numerals._integers(joined, separator).tolist()
    except ValueError:
        with pytest.raises(ValueError):  # noqa: PT011 - numpy's and our own, whatever the words
            integers(texts, separator)
        return
    assert integers(texts, separator).tolist() == expected
    assert expected == [int(part) for part in joined.decode().split(separator) if part.strip()]


@given(st.lists(st.integers(1 - 10**18, 10**18 - 1), min_size=1), st.sampled_from(" ,"))
def test_long_whole_numbers_are_read(numbers: list[int], separator: str) -> None:
    assert integers([separator.join(map(str, numbers)).encode()], separator).tolist() == numbers
