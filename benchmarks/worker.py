"""What the worker costs: calls, opening, memory, against the same model in this process.

Run ``python benchmarks/worker.py``; prints one row per figure with the bar it is held to.
"""

from __future__ import annotations

import io
import mmap
import os
import pickle
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import joblib
import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from core.loading.models import read_model
from core.workers import close_all, open_model, protections, stop_parent

COLUMNS = [f"c{number}" for number in range(30)]
RNG = np.random.default_rng(0)


def median(call: Callable[[], Any], times: int) -> float:
    """Median seconds of a call."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def row(what: str, value: str, bar: str, passed: bool) -> None:
    """Print one figure."""
    print(f"{what:<58} {value:>22}   {bar:<26} {'ok' if passed else 'MISSED'}", flush=True)


def numbers(rows: int) -> pd.DataFrame:
    """Thirty columns of numbers."""
    return pd.DataFrame(RNG.normal(size=(rows, 30)), columns=COLUMNS)


def mixed(rows: int) -> pd.DataFrame:
    """Twenty columns of numbers and ten of text with gaps."""
    words = np.array(["red", "green", "blue", "dark grey", np.nan], dtype=object)
    texts = {name: pd.Series(words[RNG.integers(0, 5, rows)], dtype="str") for name in COLUMNS[20:]}
    return pd.DataFrame({**{name: RNG.normal(size=rows) for name in COLUMNS[:20]}, **texts})


def models() -> dict[str, tuple[Any, Callable[[int], pd.DataFrame]]]:
    """Fitted models of 30 columns, with what makes rows for them."""
    import xgboost

    frame, texts = numbers(4_000), mixed(4_000)
    target = (frame["c0"] + frame["c1"] * frame["c2"] > 0).astype(int)
    front = ColumnTransformer([("n", StandardScaler(), COLUMNS[:20]), ("t", OneHotEncoder(), COLUMNS[20:])])
    return {
        "logistic regression": (LogisticRegression(max_iter=500).fit(frame, target), numbers),
        "logistic regression, 10 text columns": (make_pipeline(front, LogisticRegression()).fit(texts, target), mixed),
        "XGBoost, 200 trees": (xgboost.XGBClassifier(n_estimators=200, max_depth=6).fit(frame, target), numbers),
        "histogram boosting, 100 rounds": (HistGradientBoostingClassifier().fit(frame, target), numbers),
        "random forest, 100 trees": (RandomForestClassifier(100, random_state=0).fit(frame, target), numbers),
    }


def calls() -> None:
    """Calls on few and on many rows."""
    for name, (model, rows_of) in models().items():
        data = pickle.dumps(model)
        here, there = read_model(data, "m.pkl"), open_model(data, "m.pkl")
        for rows, times in ((1, 300), (1_000, 60)):
            frame = rows_of(rows)
            assert np.array_equal(here.predict(frame), there.predict(frame))
            extra = paired(here, there, frame, times)
            row(f"{name}: {rows:,} rows, more than in process", f"{extra:+.2f} ms", "<= 1 ms", extra <= 1)
        many(name, here, there, rows_of(100_000))
        there.close()


def many(name: str, here: Any, there: Any, frame: pd.DataFrame) -> None:
    """Calls on 100,000 rows, beside the least that another process can cost: the same bytes copied there and back."""
    ways: list[Callable[[], Any]] = [lambda: here.predict(frame), lambda: there.predict(frame)]
    numeric = frame.select_dtypes("number").shape[1] == frame.shape[1]
    if numeric:
        ways.append(copying(frame, here.predict(frame)))
    taken = interleaved(ways, 15)
    local, remote = statistics.median(taken[0]), statistics.median(taken[1])
    ratio = statistics.median(there_ / here_ for here_, there_ in zip(taken[0], taken[1], strict=True))
    value = f"{local:.1f} -> {remote:.1f} ms, {ratio:.2f} x"
    row(f"{name}: 100,000 rows", value, "<= 1.3 x", ratio <= 1.3)
    if numeric:
        copy = statistics.median(taken[2])
        value = f"{local:.1f} + {copy:.1f} ms, {1 + copy / local:.2f} x"
        row(f"{name}: the floor, only copies", value, "no process is cheaper", True)


def copying(frame: pd.DataFrame, answer: np.ndarray) -> Callable[[], None]:
    """Copy a question into shared memory and its answer out of it, where all pages are there already: no more."""
    values = frame.to_numpy().T
    shared = mmap.mmap(-1, values.nbytes + answer.nbytes)
    question = np.frombuffer(shared, np.float64, values.size).reshape(values.shape)
    reply = np.frombuffer(shared, np.float64, answer.size, values.nbytes).reshape(answer.shape)
    kept = np.empty_like(answer)

    def copy() -> None:
        np.copyto(question, values)
        np.copyto(reply, answer)
        np.copyto(kept, reply)

    return copy


def paired(here: Any, there: Any, frame: pd.DataFrame, times: int) -> float:
    """Median of the differences of neighbouring calls, in milliseconds."""
    extra = []
    for _ in range(times):
        start = time.perf_counter()
        here.predict(frame)
        middle = time.perf_counter()
        there.predict(frame)
        extra.append((time.perf_counter() - middle) - (middle - start))
    return statistics.median(extra) * 1e3


def interleaved(ways: Sequence[Callable[[], Any]], times: int) -> list[list[float]]:
    """Milliseconds of calls, taken in turn so that the machine's load meets all."""
    taken: list[list[float]] = [[] for _ in ways]
    for call in ways:
        call()
    for _ in range(times):
        for call, kept in zip(ways, taken, strict=True):
            start = time.perf_counter()
            call()
            kept.append((time.perf_counter() - start) * 1e3)
    return taken


def opening() -> None:
    """A worker for a small file, and files of many megabytes against plain loading."""
    small = pickle.dumps(LogisticRegression().fit(RNG.normal(size=(100, 30)), RNG.integers(0, 2, 100)))

    def start() -> None:
        open_model(small, "m.pkl").close()

    start()
    seconds = median(start, 15)
    row("a new worker with a small model", f"{seconds * 1e3:.0f} ms", "<= 100 ms", seconds <= 0.1)
    rows = RNG.normal(size=(280_000, 30))
    near = KNeighborsClassifier(algorithm="brute").fit(rows, RNG.integers(0, 2, len(rows)))
    few = rows[:12_000]
    wide = RandomForestClassifier(250, random_state=0, n_jobs=-1).fit(
        few, (few[:, 0] + RNG.normal(size=len(few)) > 0).astype(int)
    )
    for name, model in (("nearest neighbours", near), ("a forest of 250 trees", wide)):
        for form in ("pickle", "joblib"):
            data = written(model, form)
            plain = median(lambda: pickle.loads(data) if form == "pickle" else joblib.load(io.BytesIO(data)), 3)
            ours = median(lambda: open_model(data, f"m.{form}").close(), 3)
            size = f"{name}, {form}, {len(data) / 1e6:.0f} MB"
            row(size, f"{plain:.2f} -> {ours:.2f} s", "<= 0.5 s more", ours - plain <= 0.5)


def formats() -> None:
    """Files of many megabytes in the libraries' own formats, against the libraries' own loading."""
    import lightgbm
    import xgboost

    rows = RNG.normal(size=(60_000, 30))
    target = (rows[:, 0] + RNG.normal(size=len(rows)) > 0).astype(int)
    fast = {"max_depth": 12, "max_bin": 64, "verbosity": 0, "min_child_weight": 0, "eta": 0.02}
    extreme = xgboost.train(fast, xgboost.DMatrix(rows, target), 100)
    wide = {"num_leaves": 4_000, "min_data_in_leaf": 2, "verbose": -1, "max_bin": 63}
    text = lightgbm.train(wide, lightgbm.Dataset(rows, target), 100).model_to_string()
    for form in ("json", "ubj"):
        data = bytes(extreme.save_raw(form))
        against(f"XGBoost, {form}", data, f"m.{form}", lambda raw=data: xgboost.Booster().load_model(bytearray(raw)))
    against("LightGBM, text", text.encode(), "m.txt", lambda: lightgbm.Booster(model_str=text))


def mutations() -> None:
    """Random changes to one object of each family: each loads as plain pickle loads it, or is refused."""
    from collections import Counter

    from tests.security import zoo
    from tests.security.test_mutations import mutated, outcome

    rng, said = np.random.default_rng(int(time.time())), Counter[str]()
    for place, (_name, make) in enumerate(zoo.cases()):
        try:
            data = pickle.dumps(make()[0], protocol=(2, 4, 5)[place % 3])
        except Exception:  # a library that is not here
            continue
        said.update(outcome(mutated(data, rng)) for _ in range(10))
    odd = said.total() - said["alike"] - said["refused"]
    value = f"{said['alike']:,} alike, {said['refused']:,} refused"
    row(f"{said.total():,} changed pickles of every family", value, "nothing else", odd == 0)


def against(title: str, data: bytes, name: str, load: Callable[[], Any]) -> None:
    """One file in a worker and by its library."""
    plain = median(load, 3)
    ours = median(lambda: open_model(data, name).close(), 3)
    size = f"{title}, {len(data) / 1e6:.0f} MB"
    row(size, f"{plain:.2f} -> {ours:.2f} s", "<= 0.5 s more", ours - plain <= 0.5)


def written(model: Any, form: str) -> bytes:
    """A model as a file's bytes."""
    if form == "pickle":
        return pickle.dumps(model)
    target = io.BytesIO()
    joblib.dump(model, target)
    return target.getvalue()


def main() -> None:
    """All rows."""
    start = time.perf_counter()
    layers = protections()
    print(
        f"parent warm after {time.perf_counter() - start:.1f} s; layers: "
        + ", ".join(layer.name for layer in layers if layer.active)
    )
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    opening()
    formats()
    mutations()
    calls()
    close_all()
    stop_parent()


if __name__ == "__main__":
    main()
