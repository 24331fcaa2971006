"""Letters of text files: every encoding that people use, and what is no text."""

from __future__ import annotations

import codecs
import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.loading import budgets, encodings
from core.loading.columns import listed, tidy
from core.loading.encodings import to_utf8

TEXT = "größe;Straße;€\nälter;naïve;5\n"


@pytest.mark.parametrize(
    ("encoding", "mark", "found"),
    [
        ("utf-8", b"", "utf-8"),
        ("utf-8", codecs.BOM_UTF8, "utf-8"),
        ("utf-16-le", codecs.BOM_UTF16_LE, "utf-16-le"),
        ("utf-16-be", codecs.BOM_UTF16_BE, "utf-16-be"),
        ("utf-16-le", b"", "utf-16-le"),
        ("utf-16-be", b"", "utf-16-be"),
        ("utf-32-le", codecs.BOM_UTF32_LE, "utf-32-le"),
        ("utf-32-be", codecs.BOM_UTF32_BE, "utf-32-be"),
        ("cp1252", b"", "cp1252"),
    ],
)
def test_every_encoding_becomes_utf8(encoding: str, mark: bytes, found: str) -> None:
    assert to_utf8(mark + TEXT.encode(encoding)) == (TEXT.encode(), found)


@given(st.text(min_size=1, max_size=300).filter(lambda text: "\x00" not in text and "\ufeff" not in text))
def test_any_text_with_a_mark_comes_back(text: str) -> None:
    text = text.encode("utf-8", "ignore").decode()
    for mark, name in ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        assert to_utf8(mark + text.encode(name))[0] == text.encode()


@given(st.binary(max_size=400))
def test_any_bytes_are_text_or_refused_in_words(data: bytes) -> None:
    try:
        text, _ = to_utf8(data)
    except InputError as refused:
        text = refused.hint.encode()
    assert text.decode("utf-8") is not None


def test_letters_on_the_edge_of_a_chunk_survive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encodings, "_CHUNK", 3)
    assert to_utf8(TEXT.encode())[0] == TEXT.encode()
    assert to_utf8(codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"))[0] == TEXT.encode()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (codecs.BOM_UTF8 + b"a\xff", "does not fit"),
        (codecs.BOM_UTF16_LE + b"a", "does not fit"),
        (b"a,b\n1,\x002\n", "zero bytes"),
    ],
)
def test_what_is_no_text_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        to_utf8(data)
    assert "CSV" in caught.value.hint


def test_plain_utf8_is_not_copied() -> None:
    data = TEXT.encode()
    assert to_utf8(data)[0] is data


@given(st.lists(st.sampled_from(["a", "a.1", "a.2", "", " ", "Unnamed: 1", "b\n", "\u200b"]), min_size=1, max_size=8))
def test_names_are_unique_and_stable(names: list[str]) -> None:
    once, _ = tidy(names)
    assert len(set(once)) == len(names)
    assert tidy(once) == (once, []), "tidy names stay"


def test_names_beyond_the_limit_stay_apart() -> None:
    long = "x" * 500
    once, notes = tidy([long, long, long + "y"])
    assert len(set(once)) == 3
    assert all(len(name) <= budgets.MAX_NAME + 2 for name in once)
    assert len(notes) == 2


def test_lists_are_counted_not_spelt_out() -> None:
    assert listed(range(8)) == "'0', '1', '2', '3', '4', '5' and 2 more"
    assert listed([]) == ""


@pytest.mark.parametrize(
    ("check", "fine", "wrong"),
    [
        (budgets.check_columns, (2_000,), (2_001,)),
        (budgets.check_cells, (5_000_000, 8), (5_000_001, 1)),
        (budgets.check_cells, (20_000, 2_000), (20_001, 2_000)),
        (budgets.check_bytes, (768 * 2**20,), (768 * 2**20 + 1,)),
    ],
)
def test_budgets_have_edges(check: object, fine: tuple[int, ...], wrong: tuple[int, ...]) -> None:
    check(*fine)  # type: ignore[operator]
    with pytest.raises(InputError, match="too"):
        check(*wrong)  # type: ignore[operator]


def test_compressed_tables_are_opened_within_the_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = gzip.compress(TEXT.encode() * 100)
    assert budgets.gunzip(packed) == TEXT.encode() * 100
    for damage in (packed[:-5], packed[:20] + b"\xff" * 20 + packed[40:], b"\x1f\x8b"):
        with pytest.raises(InputError, match="damaged"):
            budgets.gunzip(damage)
    monkeypatch.setattr(budgets, "MAX_BYTES", 1_000)
    with pytest.raises(InputError, match="too large when unpacked"):
        budgets.gunzip(packed)
