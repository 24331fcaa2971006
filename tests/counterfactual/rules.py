"""Random sets of constraints on a small mixed table, and a judge of answers that knows nothing of the code under test."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from core.loading.frames import from_frame
from core.types import Table

NUMBERS = ("income", "age", "rate")


def people(rows: int = 60) -> Table:
    """Numbers, whole numbers, levels, booleans, gaps, and two columns that belong together."""
    random = np.random.default_rng(1)
    income = random.normal(50, 12, rows).round(1)
    frame = pd.DataFrame({
        "income": income,
        "age": random.integers(18, 80, rows),
        "rate": np.where(random.random(rows) < 0.2, np.nan, random.random(rows).round(2)),
        "job": random.choice(["clerk", "nurse", "none", "a:b;c"], rows),
        "member": random.random(rows) < 0.5,
        "income_log": np.log(income.clip(1)).round(3),
    })  # fmt: skip  # a table
    return from_frame(frame, target="")


def score(frame: pd.DataFrame) -> np.ndarray:
    """A rule that every feature moves."""
    jobs = frame["job"].map({"clerk": 0.3, "nurse": 0.8, "none": -0.5, "a:b;c": 0.1}).to_numpy(float)
    numbers = 0.05 * (frame["income"] - 50) - 0.02 * (frame["age"] - 45) + 1.2 * frame["rate"].fillna(0.4)
    return numbers.to_numpy(float) + jobs + 0.7 * frame["member"].to_numpy(float) + 0.2 * (frame["income_log"] - 4)


def outputs(frame: pd.DataFrame) -> np.ndarray:
    chance = 1 / (1 + np.exp(-score(frame)))
    return np.column_stack([1 - chance, chance])


def random_wishes(random: np.random.Generator, table: Table) -> dict[str, Any]:
    """A random set of constraints as parameters in their text form, with what they mean beside."""
    names = list(table.schema.names)
    params: dict[str, Any] = {"defaults": bool(random.random() < 0.3)}
    params["locked"] = tuple(random.choice(names, random.integers(0, 3), replace=False))
    ways = {name: random.choice(["up", "down", "fixed"]) for name in NUMBERS if random.random() < 0.3}
    ranges = {}
    for name in NUMBERS:
        if random.random() < 0.3:
            feature = table.schema[name]
            ends = np.sort(random.uniform(feature.low, feature.high, 2)).round(2)
            ranges[name] = tuple(float(end) for end in ends)
    levels = {}
    if random.random() < 0.3:
        levels["job"] = list(random.choice(["clerk", "nurse", "none", "a:b;c"], random.integers(1, 4), replace=False))
    params["_ways"], params["_ranges"], params["_levels"] = ways, ranges, levels
    params["directions"] = "; ".join(f"{name}:{way}" for name, way in ways.items())
    params["ranges"] = "; ".join(f"{name}:{low}..{high}" for name, (low, high) in ranges.items())
    params["levels"] = levels
    params["max_changes"] = int(random.integers(1, 7)) if random.random() < 0.4 else None
    params["missing"] = ("rate",) if random.random() < 0.3 else ()
    params["ties"] = "income+income_log" if random.random() < 0.4 else ""
    params["weights"] = "income:3" if random.random() < 0.2 else ""
    return params


def broken(table: Table, before: dict[str, Any], after: dict[str, Any], params: dict[str, Any]) -> list[str]:
    """Everything that a proposal breaks, found without the code under test."""
    faults = []
    changed = [n for n in before if before[n] != after[n] and not (pd.isna(before[n]) and pd.isna(after[n]))]
    for name in changed:
        feature, old, new = table.schema[name], before[name], after[name]
        if name in params["locked"] or params["_ways"].get(name) == "fixed":
            faults.append(f"{name} is locked")
        if pd.isna(old) != pd.isna(new):
            faults += [] if name in params["missing"] else [f"{name} missing"]
            if pd.isna(new):
                continue
        if feature.is_ordered:
            low, high = params["_ranges"].get(name, (feature.low, feature.high))
            if not max(low, feature.low) <= new <= min(high, feature.high):
                faults.append(f"{name} out of range")
            if round(float(new), feature.decimals) != float(new):
                faults.append(f"{name} finer than the data")
            way = params["_ways"].get(name)
            aged = name == "age" and params["defaults"] and way is None and name not in params["_ranges"]
            if not pd.isna(old) and (((way == "up" or aged) and new < old) or (way == "down" and new > old)):
                faults.append(f"{name} the wrong way")
        elif new not in feature.levels or new not in params["_levels"].get(name, feature.levels):
            faults.append(f"{name} level")
    if len(changed) > (params["max_changes"] or len(before)):
        faults.append("too many changes")
    if params["ties"] and {"income", "income_log"} & set(changed):
        pairs = set(zip(table.frame["income"], table.frame["income_log"], strict=True))
        if (after["income"], after["income_log"]) not in pairs:
            faults.append("tie")
    return faults
