"""What the worker costs: calls, opening, memory, against the same model in this process.

Run ``python benchmarks/worker.py``; prints one row per figure with the bar it is held to. ``--small`` leaves out the
files of 70 MB; ``--files`` and ``--calls`` print those rows only.
"""

from __future__ import annotations

import copy
import io
import json
import os
import pickle
import re
import statistics
import sys
import tempfile
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
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from benchmarks._bare import bare, compared
from core.loading.models import read_model
from core.workers import close_all, open_model, protections, stop_parent

COLUMNS = [f"c{number}" for number in range(30)]
RNG = np.random.default_rng(0)
FULL = 69e6
"""Bytes of a large file."""


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
            extra = apart(here, there, [rows_of(rows) for _ in range(times)])
            row(f"{name}: {rows:,} rows, another table each time", f"{extra:+.2f} ms", "<= 1 ms", extra <= 1)
        many(name, here, there, rows_of)
        there.close()


def many(name: str, here: Any, there: Any, rows_of: Callable[[int], pd.DataFrame]) -> None:
    """Calls on 100,000 rows: the same table again, two in turn, one that was never sent; beside the least they cost."""
    one, other = rows_of(100_000), rows_of(100_000)
    turns, fresh = (lambda: [one, other] * 8), lambda: [rows_of(100_000) for _ in range(8)]
    for title, tables, bar in (
        ("again", lambda: [one] * 15, 1.3),
        ("two tables in turn", turns, 1.3),
        ("another each time", fresh, None),
    ):
        local, remote, ratio = compared(here.predict, there.predict, tables())
        value = f"{local:.1f} -> {remote:.1f} ms, {ratio:.2f} x"
        said = ("<= 1.3 x", ratio <= bar) if bar else ("told, has no bar", True)
        row(f"{name}: 100,000 rows, {title}", value, *said)
    if one.select_dtypes("number").shape[1] == one.shape[1]:
        with bare(here, one) as ask:
            local, remote, ratio = compared(here.predict, ask, [one] * 15)
        value = f"{local:.1f} -> {remote:.1f} ms, {ratio:.2f} x"
        row(f"{name}: the floor, nothing sent or compared", value, "no process is cheaper", True)


def paired(here: Any, there: Any, frame: pd.DataFrame, times: int) -> float:
    """As ``apart``, of calls on the same rows."""
    return apart(here, there, [frame] * times)


def apart(here: Any, there: Any, frames: Sequence[pd.DataFrame]) -> float:
    """Median of the differences of neighbouring calls, in milliseconds."""
    extra = []
    for frame in frames:
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


def files() -> None:
    """Files of 70 MB in every format, against plain loading by their own libraries."""
    import catboost
    import lightgbm
    import xgboost

    rows = RNG.normal(size=(280_000, 30))
    near = KNeighborsClassifier(algorithm="brute").fit(rows, RNG.integers(0, 2, len(rows)))
    few = rows[:12_000]
    target = (few[:, 0] + RNG.normal(size=len(few)) > 0).astype(int)
    for name, model in (("nearest neighbours", near), ("a forest of 264 trees", forest(few, target, 264))):
        pickled, joined = written(model, "pickle"), written(model, "joblib")
        against(f"{name}, pickle", pickled, "m.pickle", lambda raw=pickled: pickle.loads(raw))
        against(f"{name}, joblib", joined, "m.joblib", lambda raw=joined: joblib.load(io.BytesIO(raw)))
    fast = {"max_depth": 12, "max_bin": 64, "verbosity": 0, "min_child_weight": 0, "eta": 0.02}
    extreme = xgboost.train(fast, xgboost.DMatrix(few, target), 60)
    for form in ("json", "ubj"):
        raw = many_trees(extreme, form)
        against(f"XGBoost, {form}", raw, f"m.{form}", lambda raw=raw: xgboost.Booster().load_model(bytearray(raw)))
    leafy = {"num_leaves": 1_500, "min_data_in_leaf": 2, "verbose": -1, "max_bin": 63}
    text = repeated(lightgbm.train(leafy, lightgbm.Dataset(few, target), 24).model_to_string())
    against("LightGBM, text", text.encode(), "m.txt", lambda: lightgbm.Booster(model_str=text))
    oblivious = catboost.CatBoostClassifier(130, depth=15, verbose=0, border_count=32, allow_writing_files=False)
    with tempfile.TemporaryDirectory() as folder:
        oblivious.fit(few[:3_000], target[:3_000]).save_model(f"{folder}/m.cbm")
        cbm = Path(f"{folder}/m.cbm").read_bytes()
    against("CatBoost, cbm", cbm, "m.cbm", lambda: catboost.CatBoost().load_model(blob=cbm))


def small_parts() -> None:
    """Files of fewer bytes in very many parts: each is read by our rules, instruction by instruction."""
    rows, words = RNG.normal(size=(6_000, 30)), [f"w{place} x{place % 1_000}" for place in range(300_000)]
    shallow = forest(rows, rows[:, 0] > RNG.normal(size=len(rows)), 2_000, max_depth=6)
    texts = [" ".join(words[at : at + 200]) for at in range(0, len(words), 200)]
    wordy = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(texts, [0, 1] * (len(texts) // 2))
    for name, model in (("2,000 shallow trees", shallow), ("300,000 words", wordy)):
        raw = pickle.dumps(model)
        against(f"{name}, pickle", raw, "m.pickle", lambda raw=raw: pickle.loads(raw))


def forest(rows: np.ndarray, target: np.ndarray, count: int, **settings: Any) -> Any:
    """A forest of so many trees: a small one's over and over, for training so many takes minutes."""
    found = RandomForestClassifier(12, random_state=0, n_jobs=-1, **settings).fit(rows, target)
    found.estimators_ = [copy.deepcopy(found.estimators_[place % 12]) for place in range(count)]
    found.n_estimators = count
    return found


def many_trees(model: Any, form: str) -> bytes:
    """An XGBoost model of 70 MB: a small one's trees over and over, for training so many takes minutes."""
    import xgboost

    document = json.loads(model.save_raw("json"))
    held = document["learner"]["gradient_booster"]["model"]
    times = round(FULL / len(model.save_raw(form)))
    trees = [{**tree, "id": place} for place, tree in enumerate(held["trees"] * times)]
    held.update(trees=trees, tree_info=[0] * len(trees), iteration_indptr=list(range(len(trees) + 1)))
    held["gbtree_model_param"]["num_trees"] = str(len(trees))
    grown = xgboost.Booster()
    grown.load_model(bytearray(json.dumps(document).encode()))
    return bytes(grown.save_raw(form))


def repeated(text: str) -> str:
    """A LightGBM model of 70 MB: a small one's trees over and over."""
    import lightgbm

    head, *trees = re.split(r"(?=^Tree=\d+\n)", text, flags=re.MULTILINE)
    trees[-1], tail = trees[-1].split("end of trees", 1)
    times = round(FULL / sum(map(len, trees)))
    grown = [re.sub(r"^Tree=\d+", f"Tree={place}", tree) for place, tree in enumerate(trees * times)]
    sizes = " ".join(str(len(tree)) for tree in grown)
    head = re.sub(r"tree_sizes=.*", f"tree_sizes={sizes}", head)
    return lightgbm.Booster(model_str=head + "".join(grown) + "end of trees" + tail).model_to_string()


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
    """One file in a worker and by its library, one after the other, for the machine's load to meet both."""
    taken = interleaved([load, lambda: open_model(data, name).close()], 5)
    plain, ours = (statistics.median(one) / 1e3 for one in taken)
    extra = statistics.median(there - here for here, there in zip(*taken, strict=True)) / 1e3
    value = f"{plain:.2f} -> {ours:.2f} s, {extra:+.2f} s"
    row(f"{title}, {len(data) / 1e6:.0f} MB", value, "<= 0.5 s more", extra <= 0.5)


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
    asked = set(sys.argv[1:])
    parts = {"--calls": [calls], "--files": [files, small_parts]}
    chosen = [part for flag, some in parts.items() if flag in asked for part in some]
    for part in chosen or [opening, *([] if "--small" in asked else [files, small_parts]), mutations, calls]:
        part()
    close_all()
    stop_parent()


if __name__ == "__main__":
    main()
