"""What steers a screen is a blank; everything else stays in its place."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.shown import printable


@given(st.text())
def test_every_letter_stays_or_becomes_a_blank_in_its_place(text: str) -> None:
    shown = printable(text)
    assert len(shown) == len(text)
    for before, after in zip(text, shown, strict=True):
        steers = unicodedata.category(before) in ("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs") and before != " "
        assert after == (" " if steers else before)


@pytest.mark.parametrize("sign", ["\x1b", "\r", "\n", "\x00", "\u202e", "\u2028", "\ud800", "\x9b"])
def test_signs_that_steer_are_gone(sign: str) -> None:
    assert printable(f"a{sign}[31mb") == "a [31mb"


def test_line_ends_stay_where_they_are_asked_for() -> None:
    assert printable("one\ntwo\x1b", "\n") == "one\ntwo "
