"""Numbers that pandas' hash tables take hours over are refused at the door; honest ones of every kind pass."""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable
from time import process_time

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from core.errors import InputError
from core.loading import hashes
from core.loading.tables import read_table

Make = Callable[[int], np.ndarray]
LOW, FACTOR = np.uint64(0xFFFFFFFF), 0x5BD1E995
BACK = np.uint64(pow(FACTOR, -1, 1 << 32))


def alike_integers(count: int) -> np.ndarray:
    """Integers with one hash: the low half undoes what the high half does."""
    high = np.arange(1, count + 1, dtype=np.uint64)
    low = (high ^ (high << np.uint64(11)) ^ (high << np.uint64(22))) & LOW
    return ((high << np.uint64(33)) | low).astype(np.int64)


def alike_floats(count: int) -> np.ndarray:
    """Floats with one hash: each step of murmur2 can be undone, so the high half can be chosen for any low one."""
    low = np.arange(1, count + 1, dtype=np.uint64)
    mixed = low * np.uint64(FACTOR) & LOW
    mixed = (mixed ^ (mixed >> np.uint64(24))) * np.uint64(FACTOR) & LOW
    state = ((np.uint64(0xC70F6907 ^ 4) * np.uint64(FACTOR) & LOW) ^ mixed) * np.uint64(FACTOR) & LOW
    high = (np.uint64(12_345) ^ state) * BACK & LOW
    high = (high ^ (high >> np.uint64(24))) * BACK & LOW
    found = ((high << np.uint64(32)) | low).view(np.float64)
    return found[np.isfinite(found)]


def alike_texts(count: int) -> np.ndarray:
    """Texts of 16 letters with one hash: multiplying and turning bytes around can be undone, so the last half follows
    from any first one; those of which it is no text are left out.
    """
    last, first = np.uint64(11400714785074694791), np.uint64(14029467366897019727)
    back = np.uint64(pow(int(last), -1, 1 << 64))
    rng, found = np.random.default_rng(3), np.empty((0, 16), np.uint8)
    while len(found) < count:
        begun = rng.integers(33, 127, (500_000, 8), dtype=np.uint8)
        ended = (back * (begun.view("<u8")[:, 0] * first)).view(np.uint8).reshape(-1, 8)
        whole = ((ended > 31) & (ended < 127)).all(axis=1)
        found = np.concatenate([found, np.hstack([begun[whole], ended[whole]])])
    return np.array([row.tobytes().decode() for row in found[:count]], dtype=object)


@pytest.mark.parametrize("make", [alike_integers, alike_floats])
def test_they_would_slow_pandas_down(make: Make) -> None:
    """The hash here is pandas' own: its tables do many times the work, against as many that are counted."""

    def taken(numbers: np.ndarray) -> float:
        start = process_time()
        pd.factorize(numbers)
        return process_time() - start

    numbers = make(12_000)
    honest = np.arange(len(numbers)).astype(numbers.dtype)
    assert taken(numbers) > 10 * taken(honest)


def test_texts_would_slow_arrow_down() -> None:
    """The hash here is Arrow's own: its tables do many times the work, against as many texts that are counted."""

    def taken(cells: np.ndarray) -> float:
        texts = pa.array(cells, pa.string())
        times = []
        for _ in range(3):
            start = process_time()
            pc.unique(texts)
            times.append(process_time() - start)
        return min(times)

    texts = alike_texts(4_000)
    assert len(set(texts)) == 4_000
    assert taken(texts) > 10 * taken(np.array([f"{number:016d}" for number in range(4_000)], dtype=object))
    assert len(np.unique(hashes.of_texts([text.encode() for text in texts]))) == 1


@pytest.mark.parametrize("kind", ["str", "category"])
@pytest.mark.parametrize("share", [1.0, 0.05])
def test_texts_are_refused_at_the_door(kind: str, share: float) -> None:
    rng = np.random.default_rng(4)
    texts = np.resize(alike_texts(400), 8_000)
    cells = np.where(rng.random(8_000) < share, texts, [f"{number:08d}" for number in range(8_000)])
    target = io.BytesIO()
    pd.DataFrame({"x": cells, "y": np.arange(8_000)}).astype({"x": kind}).to_parquet(target)
    with pytest.raises(InputError, match="slow down") as caught:
        read_table(target.getvalue(), "t")
    assert "'x'" in caught.value.what


@pytest.mark.parametrize("make", [alike_integers, alike_floats])
@pytest.mark.parametrize("share", [1.0, 0.05])
def test_they_are_refused_at_the_door(make: Make, share: float) -> None:
    rng = np.random.default_rng(1)
    numbers = make(20_000)
    chosen = rng.random(len(numbers)) < share
    cells = np.where(chosen, numbers, np.arange(len(numbers)).astype(numbers.dtype))
    frame = pd.DataFrame({"x": cells, "y": rng.integers(0, 2, len(cells))})
    target = io.BytesIO()
    frame.to_parquet(target)
    for data in (target.getvalue(), frame.to_csv(index=False, float_format="%.17g").encode()):
        with pytest.raises(InputError, match="slow down") as caught:
            read_table(data, "t")
        assert "'x'" in caught.value.what


def test_texts_that_pandas_looks_up_are_counted_too() -> None:
    """ "Aa" and "BB" have one hash, and so has whatever is made of them."""
    texts = np.array(["ü" + "".join(part) for part in itertools.product(("Aa", "BB"), repeat=10)], dtype=object)
    assert len(np.unique(hashes.of_words([text.encode() for text in texts]))) == 1
    known = hashes.of_words([b"a", b"ab", "ü".encode()]).astype(np.int64)
    assert known.tolist() == [97, 97 * 31 + 98, (-61 * 31 - 68) & 0xFFFFFFFF]
    cells = np.where(np.arange(9_000) % 20 == 0, np.resize(texts, 9_000), np.arange(9_000).astype(str))
    with pytest.raises(InputError, match="slow down"):
        hashes.check(pd.DataFrame({"x": pd.Series(cells, dtype=object)}))
    hashes.check(pd.DataFrame({"x": pd.Series(cells, dtype="str")}))
    codes = np.random.default_rng(5).choice(
        list("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz012345"), (9_000, 5)
    )
    for length in range(1, 6):
        hashes.check(pd.DataFrame({"x": pd.Series(["".join(code[:length]) for code in codes], dtype=object)}))
    hashes.check(pd.DataFrame({"x": pd.Series(["x" * 20_000 + str(row) for row in range(300)], dtype=object)}))


def test_cells_of_several_kinds_are_looked_at() -> None:
    step = (1 << 61) - 1  # whole multiples of it have Python's hash of zero
    with pytest.raises(InputError, match="slow down"):
        hashes.check(pd.DataFrame({"x": pd.Series([step * n for n in range(1, 60)] + ["a"], dtype=object)}))


@pytest.mark.parametrize("unit", ["ns", "us", "ms", "s"])
@pytest.mark.parametrize("step", ["D", "h", "s", "7D"])
def test_times_pass(unit: str, step: str) -> None:
    made = pd.date_range("1971-01-01", periods=10_000, freq=step, unit=unit)
    hashes.check(pd.DataFrame({"t": made, "z": made.tz_localize("UTC"), "n": made.astype(np.int64)}))


@pytest.mark.parametrize("power", [0, 1, 16, 20, 31, 32, 33, 40, 45])
def test_regular_numbers_pass(power: int) -> None:
    rng = np.random.default_rng(2)
    counted = np.arange(9_000) << power if power < 45 else (np.arange(9_000) << power) + np.arange(9_000)
    columns = {
        "counted": counted,
        "thousands": np.arange(9_000) * 10**6,
        "ids": rng.integers(-(2**62), 2**62, 9_000),
        "large": rng.integers(0, 2**63, 9_000, dtype=np.uint64) * np.uint64(2),
        "whole": counted.astype(float),
        "rounded": np.round(rng.normal(size=9_000), 3),
        "halves": rng.normal(size=9_000).astype(np.float32).astype(float),
        "same": np.full(9_000, np.nan),
        "nullable": pd.array(counted, dtype="Int64"),
        "text": rng.choice(list("abc"), 9_000),
        "words": [f"{number * 37 % 9_000:05d}" for number in range(9_000)],
        "days": pd.date_range("1990-01-01", periods=9_000).strftime("%Y-%m-%d"),
        "moments": pd.date_range("1990-01-01", periods=9_000, freq="37min").strftime("%Y-%m-%d %H:%M"),
        "names": [f"id-{number}" for number in range(9_000)],
        "letters": ["".join(rng.choice(list("ab"), 16)) for _ in range(9_000)],
        "keys": pd.Categorical([f"{number:x}-{power}" for number in range(9_000)]),
        "long": ["ü" * (number % 40) + str(number) for number in range(9_000)],
    }
    hashes.check(pd.DataFrame(columns))
    hashes.check(pd.DataFrame({"x": []}))
