"""Files in other scripts are read as they were written; Latin ones stay Latin; a person can say otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import core
from core.errors import InputError
from core.loading import code_pages
from core.loading.encodings import to_utf8
from core.loading.tables import read_table
from core.loading.uploads import open_table_upload

FILES = {
    "gb18030": "编号,城市,年龄\n1,北京,30\n2,上海市,41\n3,广州,25\n4,深圳,38\n",
    "big5": "編號,城市,年齡\n1,臺北,30\n2,高雄市,41\n3,臺中市,25\n",
    "cp932": "番号,都市,年齢\n1,東京,30\n2,大阪市,41\n3,さっぽろ,25\n4,ソウル表,2\n",
    "cp949": "번호,도시,나이\n1,서울,30\n2,부산,41\n3,대구,52\n",
    "cp1251": "номер,город,возраст\n1,Москва,30\n2,Казань,41\n3,Тверь,22\n",
    "koi8-r": "номер,город,возраст\n1,Москва,30\n2,Нижний Новгород,41\n3,Екатеринбург,22\n4,Санкт-Петербург,7\n",
    "cp866": "номер,город,возраст\n1,Москва,30\n2,Казань,41\n3,Тверь,22\n",
    "cp1253": "αριθμός,πόλη,ηλικία\n1,Αθήνα,30\n2,Πάτρα,41\n3,Θεσσαλονίκη,5\n",
    "cp1256": "رقم,مدينة,عمر\n1,الرياض,3\n2,القاهرة,5\n3,دمشق,3\n",
}
LATIN = {
    "fr": "ville,âge\nSète,30\nNîmes,4\n",
    "de": "stadt,größe\nMünchen,30\nKöln,4\nDüsseldorf,2\n",
    "es": "año,región\n3,Málaga\n4,Cádiz\n",
    "sv": "stad,ålder\nGöteborg,3\nÅÄÖ,5\nÖÖ,2\n",
    "signs": "a,b\n1,“quoted”\n2,it’s\n3,–\n4,12 €\n5,°C\n6,m²\n",
}


@pytest.mark.parametrize("encoding", FILES)
@pytest.mark.parametrize("plain", ["", "id,status\n1,ok\n"])
def test_other_scripts_are_found(encoding: str, plain: str) -> None:
    text = FILES[encoding]
    if plain:  # columns of plain letters beside
        text = "\n".join(f"{line},ok" for line in text.splitlines()) + "\n"
    read, found = to_utf8(text.encode(encoding))
    assert read.decode() == text
    assert found == encoding


@pytest.mark.parametrize("text", LATIN.values(), ids=LATIN)
def test_latin_text_stays_western_european(text: str) -> None:
    assert to_utf8(text.encode("cp1252")) == (text.encode(), "cp1252")


@given(st.lists(st.text("abcdefghij éèàçñöüß", min_size=3, max_size=12), min_size=1, max_size=30))
def test_letters_among_plain_ones_are_never_guessed_at(words: list[str]) -> None:
    spaced = ",".join("".join(f"{letter}a" for letter in word) for word in words)
    assert code_pages.guess(spaced.encode("cp1252")) is None


@given(st.binary(max_size=300))
def test_any_bytes_give_a_known_encoding_or_none(data: bytes) -> None:
    assert code_pages.guess(data) in {None, *code_pages.ENCODINGS}


@pytest.mark.parametrize("encoding", code_pages.ENCODINGS)
def test_each_choice_reads_what_it_writes(encoding: str) -> None:
    letters = bytes(range(0xC0, 0xE0)).decode(encoding, "ignore") if "utf" not in encoding else "čřžЖ"
    table = read_table(f"name,x\n{letters}a,1\nb,2\n".encode(encoding), "t.csv", encoding=encoding)
    assert table.frame["name"].iloc[0] == f"{letters}a"
    assert code_pages.said(table.notes) == encoding


def test_a_choice_goes_before_the_guess_and_through_the_worker(tmp_path: Path) -> None:
    polish = "miasto,wiek\nŁódź,30\nKraków,4\nWrocław,5\n"
    path = tmp_path / "miasta.csv"
    path.write_bytes(polish.encode("cp1250"))
    assert core.table(path).frame["miasto"].iloc[0] == "£ódŸ"
    assert core.table(path, encoding="cp1250").frame["miasto"].iloc[0] == "Łódź"
    assert open_table_upload(path.read_bytes(), "t.csv", encoding="cp1250").frame["miasto"].iloc[0] == "Łódź"
    for encoding, text in FILES.items():  # a locked worker finds what it needs
        table = open_table_upload(text.encode(encoding), "t.csv")
        assert list(table.frame.columns) == text.splitlines()[0].split(",")


def test_what_does_not_fit_the_choice_is_said() -> None:
    with pytest.raises(InputError, match="was to be read as utf-8 but byte 4") as caught:
        read_table("a,b\né,1\n".encode("cp1252"), "t.csv", encoding="utf-8")
    assert "another encoding" in caught.value.hint
    for name in ("zlib", "rot13", "idna", "no such"):
        with pytest.raises(InputError, match="no encoding"):
            read_table(b"a,b\n1,2\n", "t.csv", encoding=name)


def test_a_table_that_is_no_text_tells_no_encoding() -> None:
    assert code_pages.said(["Unpacked from .gz."]) is None
