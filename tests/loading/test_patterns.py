"""Patterns of words: those that a text can keep busy are told from those that people write."""

from __future__ import annotations

import re
import time
from re import _parser as parser  # type: ignore[attr-defined]  # the standard parser, as the rule reads it

import pytest

from core.loading.unpickle import patterns, steps
from core.loading.unpickle.patterns import is_endless
from tests.security import hostile_lies, hostile_read

WRITTEN = (
    *(r"(?u)\b\w\w+\b", r"\b\w+\b", r"[a-zA-Z]+", r"\S+", r"(?ui)\b\w*[a-z]+\w*\b", r"\w+(?:-\w+)*", r"(?:[A-Z]\.)+"),
    *(r"\b[a-z]+(?:'[a-z]+)?\b", r"[^,]+", r"\d+(?:\.\d+)?", r"#\w+", r"\$?\d+(?:,\d{3})*(?:\.\d+)?", r"(\w+)"),
    *(r"(?u)\b[a-zA-Z]{2,}\b", r"(?:[a-z]+-)*[a-z]+", r"\b\w+ing\b", r"\b[^\W\d_]+\b", r"[一-龥]+"),
    *(r"(?u)\b\w+\b|\$[\d\.]+|\S+", r"[a-z]{3,15}", r"\b(?:\d{1,3}\.){3}\d{1,3}\b", r"(?:\w{2})+\b"),
    *(r"(?<![\w])\w{2,}(?=\s|$)", r"\w+'\w+|\w+", r"[\w'-]+", r"https?://\S+|\w+", r"\b(?!\d+\b)\w\w+\b"),
    r"\w+n't|\w+(?=n't)|'\w+|\w+|[^\s\w]",
)
FAR = (
    *(r"\w*[a-z]+\w*", r"\w*[a-z]\w*", r"\w+@\w+", r"\w*\w*!", r"\w*[a-z]+\w*!", r"[a-zA-Z]*[0-9]*[a-z]+"),
    *(r"(?:[A-Z][a-z]+)+x", r"[A-Za-z0-9]+(?=\s)", r"[a-zA-Z]+\b", r"(?s).*?;", r"(?:x)*?y", r"\b\S+@", r"(?i)\w+ING"),
    *(
        r"\s*.",
        r"(?i:A)*(?:ab|a)++",
        r"\w*(?a:\w)",
        r"(?a)[^\w]*\w",
        r"(?m)^\s*\w+",
        r"(?m)^[^a]*b",
        r"(?-i:a)*(?i:a)b",
    ),
)
"""Patterns that look at a long cell from each of its letters to the end."""
WORDS = "ab" * 300 + " " + "a" * 600 + "-" * 9 + "Ab" * 99 + " 1,234.5 1.2.3.4 wörter 一" * 9


@pytest.mark.parametrize("pattern", WRITTEN)
def test_what_people_write_is_allowed_and_ends(pattern: str) -> None:
    assert not is_endless(pattern)
    assert re.findall(pattern, WORDS * 3) is not None  # with one of the others this would not come back


@pytest.mark.parametrize("pattern", [*hostile_lies.PATTERNS, *hostile_read.PATTERNS.values()])
def test_what_can_be_cut_in_many_ways_is_not(pattern: str) -> None:
    if pattern in (hostile_read.PATTERNS["long"], hostile_read.PATTERNS["broken"]):
        pytest.skip("another reason to refuse it")
    assert is_endless(pattern)


@pytest.mark.parametrize("pattern", FAR)
def test_what_looks_far_from_everywhere_is_not(pattern: str) -> None:
    assert is_endless(pattern)


def test_four_times_the_text_takes_such_a_pattern_sixteen_times_as_long() -> None:
    """What the count of steps says is true of Python's own matcher."""

    def seconds(pattern: str, length: int) -> float:
        found, best = re.compile(pattern), []
        for _ in range(5):
            started = time.thread_time()
            found.findall("1" * length)
            best.append(time.thread_time() - started)
        return min(best)

    assert seconds(FAR[0], 2_000) > 8 * seconds(FAR[0], 500)
    assert seconds(FAR[0], 2_000) > 20 * seconds(WRITTEN[4], 2_000), "from the edges of words alone it is quick"


IN_PARTS = ("(?i:", "(?a:", "(?-i:")
"""Flags of a part: a matcher in one go has none."""
OTHERS = (r"(?>a+)b|\Aa*?", r"(a??b){2,3}c*+$", r"(?:a|ab)(?:c|bcd)?\Z", r"(?m)^\s*$|^a|.$", r"(?as).\w|\W+", r"\A.|$")


@pytest.mark.parametrize(
    "pattern", [one for one in (*WRITTEN, *FAR, *OTHERS) if not any(part in one for part in IN_PARTS)]
)
def test_steps_are_counted_along_the_way_that_python_goes(pattern: str) -> None:
    """From every place of a text, the end that is found first is the end of Python's match."""
    parsed = parser.parse(pattern)
    named = {code for item in patterns._walk(parsed) for code in patterns._codes(item)}
    held = patterns._Pattern(frozenset((*range(0x250), *named)), *next(patterns._flags(parsed, 0)))
    kinds = [item for item in patterns._walk(parsed) if item[0] in steps.SINGLE]
    takes = patterns._takes(held, kinds)
    for text in (
        "aababbcd c1-2.5, Abc.D e@f!",
        "$1,234.50 #x Don't 12:30 abing",
        "A.B. ab;xxy bbab http://z.y/é 1.2.3.4",
        "\n\nab\n c\n1é\n",
    ):
        scan = steps._Scan([ord(letter) for letter in text], takes, 1e9, held.lines)
        for at in range(len(text) + 1):
            found = re.compile(pattern).match(text, at)
            assert next(steps._sequence(list(parsed), 0, at, scan), -1) == (-1 if found is None else found.end()), at


def test_a_pattern_of_many_ways_is_not_tried_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    ways = "|".join(f"{chr(97 + place)}q" for place in range(9))
    assert not is_endless(ways)
    monkeypatch.setattr(steps, "_ALL", 5_000)
    assert is_endless(ways)


@pytest.mark.parametrize(
    ("pattern", "letters"), [(r"(?:\w\w?)*!", "a"), (r"(?:a|b|ab)*!", "ab"), (r"(?:ab|a.)*!", "ab")]
)
def test_the_time_of_a_refused_one_doubles(pattern: str, letters: str) -> None:
    """Their cost grows by a factor with each few letters more: what the rule says of them is true."""
    found = re.compile(pattern)

    def steps(length: int) -> float:
        text = letters * length
        started = time.process_time()
        for _ in range(3):
            found.match(text)
        return time.process_time() - started

    few = {1: (20, 26), 2: (16, 20)}[len(letters)]
    assert steps(few[1]) > 4 * steps(few[0])
