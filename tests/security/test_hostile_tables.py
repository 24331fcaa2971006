"""No table hangs, crashes, fills or fools the app: it loads as it should, or is refused in words."""

from __future__ import annotations

import sys
import time

import numpy as np
import pandas as pd
import pytest

from core.errors import ExplorerError
from core.loading import budgets
from core.loading.tables import read_table
from core.loading.uploads import open_table_upload
from core.workers import close_all, protected
from tests.security import hostile_books, hostile_cells, hostile_tables
from tests.security.hostile_books import changed, sheet, stored
from tests.security.hostile_tables import Case
from tests.security.run_tables import GROWTH, forget, memory, wrong

SLOW = {"names-many-alike", "shapes-columns-2000", "shapes-semicolons-only", "packed-gz-of-empty-cells"}
DOOR = {
    "encodings-utf-16-be",
    "numbers-overflow",
    "names-script",
    "shapes-columns-100000",
    "quotes-a-million",
    "packed-gz-of-empty-cells",
    "packed-gz-bomb-of-zeros",
    "workbooks-entities-used",
    "damaged-parquet-1",
    "columns-zone-UTC",
    "columns-zone-Europe/Berlin",
    "digits-in-the-first-line",
    "dates-mixed-zones",
    "dates-z",
}

needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="workers need Linux")


@pytest.fixture(scope="module")
def corpus() -> list[Case]:
    return [*hostile_tables.quick(), *hostile_books.quick(), *hostile_cells.cases()]


def test_the_corpus_is_large(corpus: list[Case]) -> None:
    names = [case.name for case in corpus]
    assert len(set(names)) == len(names) >= 150
    assert sum(case.loads is not None for case in corpus) >= 150
    assert set(names) >= DOOR | SLOW


def test_every_table_loads_as_it_should_or_is_refused_in_words(corpus: list[Case]) -> None:
    faults = []
    for case in (case for case in corpus if case.name not in SLOW):
        try:
            found: object = read_table(case.data, case.name)
        except ExplorerError as error:
            found = error
        if fault := wrong(case, found):  # type: ignore[arg-type]  # a table or an error
            faults.append((case.name, fault))
    assert faults == []


@needs_linux
def test_the_app_hardly_grows_at_the_door(corpus: list[Case]) -> None:
    """What a worker reads is measured where it arrives; a bomb leaves nothing, at no moment."""
    assert protected()
    open_table_upload(b"a,b\n1,2\n", "first.csv")
    for case in (case for case in corpus if case.name in DOOR):
        before, start = forget(), time.monotonic()
        try:
            found: object = open_table_upload(case.data, case.name)
        except ExplorerError as error:
            found = error
        assert wrong(case, found) == "", case.name  # type: ignore[arg-type]  # a table or an error
        assert memory("VmHWM") - before < GROWTH, case.name
        assert time.monotonic() - start < 65, case.name
    close_all()


@needs_linux
def test_a_table_is_in_the_app_once() -> None:
    """Numbers and letters lie where their message was read: the most the app grows by is the table, and it all goes."""
    rows = 400_000
    lines = "".join(f"{n},{n % 7},text of {n}\n" for n in range(rows))
    data = ("a,b,t\n" + lines).encode()
    open_table_upload(b"a,b\n1,x\n", "first.csv")
    before = forget()
    table = open_table_upload(data, "long.csv")
    size = int(table.frame.memory_usage(deep=True).sum())
    assert size > 2 * 8 * rows
    assert memory("VmHWM") - before < 1.4 * size
    assert table.frame["t"].iloc[rows - 1] == f"text of {rows - 1}"
    del table
    assert forget() - before < 0.3 * size
    close_all()


@pytest.mark.parametrize(("limit", "element"), [("MOST_AROUND", '<mergeCell ref="C1:D1"/>'), ("MOST_FORMATS", "<r/>")])
def test_a_workbook_with_more_around_than_rows_is_refused(
    monkeypatch: pytest.MonkeyPatch, limit: str, element: str
) -> None:
    monkeypatch.setattr(f"core.loading.workbook.{limit}", 500)
    rows = '<row r="1"><c r="A1" t="str"><v>a</v></c></row><row r="2"><c r="A2"><v>1</v></c></row>'
    few, many = (changed(sheet=sheet(rows, f"<x>{element * count}</x>")) for count in (400, 501))
    assert read_table(few, "few.xlsx").frame["a"].tolist() == [1]
    with pytest.raises(ExplorerError, match="merged cells"):
        read_table(many, "many.xlsx")


def test_levels_of_all_columns_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [",".join(f"x{row % 40}.{column}" for column in range(5)) for row in range(100)]
    data = "\n".join(["a,b,c,d,e", *lines]).encode()
    assert sum(len(feature.levels) for feature in read_table(data, "t.csv").schema.features) == 200
    monkeypatch.setattr(budgets, "MAX_LEVELS", 199)
    with pytest.raises(ExplorerError, match="different texts"):
        read_table(data, "t.csv")


def test_a_table_may_take_a_share_of_its_file(monkeypatch: pytest.MonkeyPatch) -> None:
    import pyarrow as pa

    data = stored(pa.table({"a": list(range(4_000)), "b": [1.5] * 4_000}), compression="none")
    size = 2 * 8 * 4_000
    monkeypatch.setattr(budgets, "HELD_FREE", size)
    monkeypatch.setattr(budgets, "HELD_RATIO", 0)
    assert read_table(data, "t.parquet").frame.shape == (4_000, 2)
    monkeypatch.setattr(budgets, "HELD_FREE", size - 1)
    with pytest.raises(ExplorerError, match="nearly every cell"):
        read_table(data, "t.parquet")
    monkeypatch.setattr(budgets, "MAX_HELD", size - 2)
    with pytest.raises(ExplorerError, match="too large"):
        read_table(data, "t.parquet")


@pytest.mark.parametrize(("kind", "counted"), [("bool", 3), ("int8", 3), ("uint8", 3), ("int16", 4), ("float64", 8)])
def test_narrow_cells_count_for_little_more_than_they_take(
    monkeypatch: pytest.MonkeyPatch, kind: str, counted: int
) -> None:
    """One-hot columns as truth values load where floats of the same few bytes would be a bomb."""
    import pyarrow as pa

    chosen = np.random.default_rng(0).integers(0, 20, 3_000)
    frame = pd.DataFrame(np.eye(20, dtype=kind)[chosen], columns=[f"c{place}" for place in range(20)])
    data = stored(pa.Table.from_pandas(frame))
    size = 3_000 * 20 * counted
    monkeypatch.setattr(budgets, "HELD_RATIO", 0)
    monkeypatch.setattr(budgets, "HELD_FREE", size)
    read = read_table(data, "t.parquet").frame
    assert set(read.dtypes) == {np.dtype(kind)}
    assert np.array_equal(read.to_numpy(), frame.to_numpy())
    monkeypatch.setattr(budgets, "HELD_FREE", size - 1)
    with pytest.raises(ExplorerError, match="keep zeros and ones as truth values"):
        read_table(data, "t.parquet")


@needs_linux
def test_a_sparse_table_loads_and_grows_the_app_by_less_than_a_bomb_may() -> None:
    import pyarrow as pa

    chosen = np.random.default_rng(0).integers(0, 100, 100_000)
    cells = {f"c{place}": chosen == place for place in range(100)}
    data = stored(pa.table(cells))
    assert len(data) * budgets.HELD_RATIO < 16 << 20
    before = memory("VmRSS")
    table = open_table_upload(data, "t.parquet")
    assert table.frame.shape == (100_000, 100)
    assert memory("VmRSS") - before < GROWTH
    column = pa.array(np.arange(120_000) % 2 == 0)
    bomb = stored(pa.table({f"c{place}": column for place in range(100)}))
    with pytest.raises(ExplorerError, match="refused"):
        open_table_upload(bomb, "t.parquet")


def test_a_large_table_that_says_nothing_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budgets, "HELD_FREE", 1_000)
    monkeypatch.setattr(budgets, "HELD_RATIO", 1_000)
    honest = "a,b,c\n" + "".join(f"{n % 2},,x\n" for n in range(500))
    assert read_table(honest.encode(), "t.csv").frame.shape == (500, 3)
    for dull in ("a,b,c\n" + "0,,x\n" * 500, "a,b,c\n" + "".join(f"{n},,\n" if n < 50 else ",,\n" for n in range(500))):
        with pytest.raises(ExplorerError, match="empty or the same"):
            read_table(dull.encode(), "t.csv")


@needs_linux
@pytest.mark.parametrize("landlock", ["0", "1"])
def test_times_of_a_zone_load_where_no_file_may_be_opened(monkeypatch: pytest.MonkeyPatch, landlock: str) -> None:
    """What a zone is, UTC too, lies in files; without Landlock a worker opens none."""
    monkeypatch.setenv("INSTANCE_EXPLORER_LANDLOCK", landlock)
    close_all()
    table = open_table_upload(b"when,n\n2024-02-29T23:59:59+14:00,1\n2024-02-29T01:00:00Z,2\n", "t.csv")
    close_all()
    assert table.frame["when"].tolist() == [pd.Timestamp("2024-02-29 09:59:59"), pd.Timestamp("2024-02-29 01:00")]
    assert "Times with a time zone are given in UTC: 'when'." in table.notes
