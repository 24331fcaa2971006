"""Patterns of words: those that a text can keep busy are told from those that people write."""

from __future__ import annotations

import re
import time

import pytest

from core.loading.unpickle.patterns import is_endless
from tests.security import hostile_lies, hostile_read

WRITTEN = (
    *(r"(?u)\b\w\w+\b", r"\b\w+\b", r"[a-zA-Z]+", r"\S+", r"(?ui)\b\w*[a-z]+\w*\b", r"\w+(?:-\w+)*", r"(?:[A-Z]\.)+"),
    *(r"\b[a-z]+(?:'[a-z]+)?\b", r"[^,]+", r"\d+(?:\.\d+)?", r"#\w+", r"\$?\d+(?:,\d{3})*(?:\.\d+)?", r"(\w+)"),
    *(r"(?u)\b[a-zA-Z]{2,}\b", r"(?:[a-z]+-)*[a-z]+", r"(?:[A-Z][a-z]+)+x", r"\b[^\W\d_]+\b", r"[一-龥]+"),
    *(r"(?u)\b\w+\b|\$[\d\.]+|\S+", r"[a-z]{3,15}", r"\b(?:\d{1,3}\.){3}\d{1,3}\b", r"(?:\w{2})+\b"),
    r"(?<![\w])\w{2,}(?=\s|$)",
)
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
