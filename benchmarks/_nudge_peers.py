"""Run NICE and DiCE on the benchmark's cells and write what they propose; needs its own interpreter (pandas < 2).

``python -m venv peers && peers/bin/pip install dice-ml NICEx xgboost-cpu``, then
``peers/bin/python benchmarks/_nudge_peers.py --rows 50 --store answers``.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import _nudge_cases as cases
import numpy as np
import pandas as pd
from _nudge_store import Store, store

Proposals = list[dict[str, Any]]


def nice(case: cases.Case) -> Callable[[int, np.ndarray], Proposals]:
    """NICE with its default reward (sparsity); for a regression the two "classes" are missed and reached."""
    from nice import NICE

    names, types = list(case.inputs), case.inputs.dtypes.to_dict()
    train = case.inputs.to_numpy(dtype=object)
    categories = [names.index(name) for name in case.texts]
    numbers = [names.index(name) for name in case.numbers]

    def frame_of(rows: np.ndarray) -> pd.DataFrame:
        return pd.DataFrame({name: rows[:, place].astype(types[name]) for place, name in enumerate(names)})

    def build(predict: Callable[[np.ndarray], np.ndarray], truth: np.ndarray) -> Any:
        return NICE(predict, train.copy(), categories, num_feat=numbers, y_train=truth)

    shared = None if case.regression else build(lambda rows: case.outputs(frame_of(rows)), _truth(case))

    def propose(slot: int, own: np.ndarray) -> Proposals:
        explainer = shared
        if explainer is None:
            predict = _two_classes(case, slot, own, frame_of)
            explainer = build(predict, predict(train).argmax(axis=1))
        started, used = time.perf_counter(), time.process_time()
        found = explainer.explain(train[case.rows[slot]][None, :].copy())
        spent = {"seconds": time.perf_counter() - started, "cpu": time.process_time() - used}
        return [_record(case, dict(zip(names, found[0], strict=True)), 0.0) | spent]

    return propose


def _truth(case: cases.Case) -> np.ndarray:
    """Class positions of the rows."""
    return case.frame[case.target].astype("category").cat.codes.to_numpy()


def _two_classes(case: cases.Case, slot: int, own: np.ndarray, frame_of: Any) -> Callable[[np.ndarray], np.ndarray]:
    """A regression seen as missed or reached, with the distance to the edge as a probability in between."""

    def predict(rows: np.ndarray) -> np.ndarray:
        outputs = case.outputs(frame_of(rows))
        lead = (outputs[:, 0] - case.edges[slot]) * case.ways[slot] / max(1e-9, abs(case.edges[slot]))
        chance = np.where(
            case.reached(slot, outputs, own), 0.5 + np.clip(lead, 1e-9, 0.5), 0.5 + np.clip(lead, -0.5, 0)
        )
        chance = np.where(case.reached(slot, outputs, own), chance, np.minimum(chance, 0.5 - 1e-9))
        return np.column_stack([1 - chance, chance])

    return predict


def dice(case: cases.Case, method: str, count: int) -> Callable[[int, np.ndarray], Proposals]:
    """DiCE's random, genetic or k-d tree search."""
    import dice_ml

    frame = case.inputs.copy()
    frame["__outcome"] = case.frame[case.target] if case.regression else _truth(case)
    data = dice_ml.Data(dataframe=frame, continuous_features=case.numbers, outcome_name="__outcome")
    kind = "regressor" if case.regression else "classifier"
    model = dice_ml.Model(model=case.pipeline, backend="sklearn", model_type=kind)
    explainer = dice_ml.Dice(data, model, method=method)

    def propose(slot: int, own: np.ndarray) -> Proposals:
        query = case.inputs.iloc[[case.rows[slot]]]
        options: dict[str, Any] = {"total_CFs": count, "verbose": False}
        if method == "random":
            options["random_seed"] = 0
        if case.regression:
            edge = float(case.edges[slot])
            options["desired_range"] = [edge, 1e6] if case.ways[slot] > 0 else [-1e6, edge]
        else:
            options["desired_class"] = "opposite" if len(own) == 2 else int(np.argsort(own)[-2])
        np.random.seed(0)
        started = time.perf_counter()
        try:
            found = explainer.generate_counterfactuals(query, **options).cf_examples_list[0].final_cfs_df
        except Exception as error:
            return [{"error": f"{type(error).__name__}: {error}"[:200], "seconds": time.perf_counter() - started}]
        seconds = time.perf_counter() - started
        return [_record(case, row, seconds) for row in ([] if found is None else found.to_dict("records"))]

    return propose


def _record(case: cases.Case, row: dict[str, Any], seconds: float) -> dict[str, Any]:
    """A proposal in plain values, as the peer gave it."""
    values = {name: row[name].item() if hasattr(row[name], "item") else row[name] for name in case.inputs}
    return {"row": values, "seconds": seconds}


METHODS: dict[str, Callable[[cases.Case], Callable[[int, np.ndarray], Proposals]]] = {
    "nice": nice,
    "dice random": lambda case: dice(case, "random", 1),
    "dice random k=4": lambda case: dice(case, "random", 4),
    "dice kdtree": lambda case: dice(case, "kdtree", 4),
    "dice genetic": lambda case: dice(case, "genetic", 4),
}


def run(held: Store, count: int, datasets: list[str], kinds: list[str], methods: list[str]) -> None:
    """Ask every peer for every row of every cell that the store lacks."""
    for data in datasets:
        for kind in kinds:
            case = cases.case(data, kind, count)
            own = case.outputs(case.inputs.iloc[case.rows])
            for name in methods:
                try:
                    propose = METHODS[name](case)
                except Exception as error:
                    print(data, kind, name, "cannot start:", error)
                    continue
                held.fill(data, kind, name, case.rows, lambda slot, _row, ask=propose, own=own: ask(slot, own[slot]))
                print(data, kind, name, flush=True)


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--rows", type=int, default=50)
    options.add_argument("--data", nargs="*", default=list(cases.TARGETS))
    options.add_argument("--models", nargs="*", default=list(cases.MODELS))
    options.add_argument("--methods", nargs="*", default=list(METHODS))
    options.add_argument("--store", type=Path, required=True)
    options.add_argument("--minutes", type=float)
    chosen = options.parse_args()
    warnings.simplefilter("ignore")
    run(store(chosen.store, chosen.minutes), chosen.rows, chosen.data, chosen.models, chosen.methods)


if __name__ == "__main__":
    main()
