"""LightGBM models from their own text form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from core.portable.forest import Tree, stack
from core.portable.form import Column, Link
from core.portable.inputs import NAN, Head, Inputs, by_level, number, refuse, then
from core.types import Scale, Task

TINY = float(np.float32(1e-35))
"""Magnitude up to which a number counts as zero (kZeroThreshold)."""
_CATEGORICAL, _DEFAULT_LEFT, _ZERO, _NAN = 1, 2, 1, 2
_LINKS: dict[str, tuple[Link, Scale]] = {
    "binary": ("logistic", "log-odds"),
    "multiclass": ("softmax", "score"),
    "multiclassova": ("sigmoid", "score"),
    "cross_entropy": ("sigmoid", "log-odds"),
    "regression": ("identity", "target"),
    "regression_l1": ("identity", "target"),
    "huber": ("identity", "target"),
    "fair": ("identity", "target"),
    "quantile": ("identity", "target"),
    "mape": ("identity", "target"),
    "lambdarank": ("identity", "target"),
    "rank_xendcg": ("identity", "target"),
    "poisson": ("exp", "log-target"),
    "gamma": ("exp", "log-target"),
    "tweedie": ("exp", "log-target"),
}


def convert(estimator: Any, inputs: Inputs, task: Task) -> Head:
    """Convert a Booster or an estimator of ``lightgbm.sklearn`` (up to the best iteration, as their predict does).

    Raises
    ------
    NotApplicable
        If the objective or the trees have no portable form; ``why`` says which.
    """
    booster = getattr(estimator, "booster_", estimator)
    header, *trees = _blocks(booster.model_to_string())
    objective, options = _objective(header)
    link, scale = _LINKS[objective]
    link = "sigmoid" if link == "logistic" and task == "regression" else link
    groups = int(header["num_tree_per_iteration"])
    # The margin becomes log-odds proper, also where the sigmoid parameter is not 1.
    factor = float(options.get("sigmoid", 1.0)) if link in ("logistic", "sigmoid") else 1.0
    if "average_output" in header:
        factor /= max(1, len(trees) // groups)
    grown = [_tree(raw, index % groups, groups, factor) for index, raw in enumerate(trees)]
    body = stack(grown, np.zeros(groups), strict=False, float32=False)
    return Head(_columns(header, trees, inputs, booster.pandas_categorical or []), body, link, scale)


def _blocks(text: str) -> list[dict[str, str]]:
    """The header and each tree as its ``name=value`` lines."""
    trees, _, tail = text.partition("end of trees")
    blocks = [dict(_pairs(block)) for block in trees.split("\nTree=")]
    marks = [line for line in tail.splitlines() if line.startswith("[categorical_feature: ")]
    blocks[0]["categorical_feature"] = marks[0].split(": ", 1)[1].strip("]") if marks else ""
    return blocks


def _pairs(block: str) -> Iterator[tuple[str, str]]:
    """Lines of a block; a flag has no value."""
    for line in block.splitlines():
        name, _, value = line.partition("=")
        yield name, value


def _objective(header: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Name and options of the objective."""
    name, *words = header.get("objective", "custom").split(" ")
    if name not in _LINKS or "sqrt" in words:
        raise refuse(f"Its objective '{' '.join([name, *words])}' has no portable form.")
    return name, dict(word.split(":", 1) for word in words if ":" in word)


def _numbers(raw: Mapping[str, str], name: str, dtype: type[np.generic]) -> np.ndarray:
    """One line of numbers."""
    return np.array(raw[name].split(), dtype=np.float64 if dtype is np.float64 else np.int64).astype(dtype)


def _tree(raw: Mapping[str, str], group: int, groups: int, factor: float) -> Tree:
    """One tree: inner nodes keep their numbers, leaves follow them."""
    if raw.get("is_linear", "0") == "1":
        raise refuse("Its leaves hold linear models.")
    leaves = int(raw["num_leaves"])
    inner = leaves - 1
    value = np.zeros((inner + leaves, groups))
    value[inner:, group] = _numbers(raw, "leaf_value", np.float64) * factor
    if inner == 0:
        return _stump(value)
    kind = _numbers(raw, "decision_type", np.int64)
    asks = (kind & _CATEGORICAL) > 0
    tail = np.full(leaves, -1, dtype=np.int64)
    left, right = (_numbers(raw, name, np.int64) for name in ("left_child", "right_child"))
    counts = [_numbers(raw, name, np.float64) for name in ("internal_count", "leaf_count")]
    threshold = _numbers(raw, "threshold", np.float64)
    return Tree(
        feature=np.concatenate([_numbers(raw, "split_feature", np.int64), tail]),
        threshold=np.concatenate([np.where(asks, 0.0, threshold), np.zeros(leaves)]),
        left=np.concatenate([np.where(left < 0, inner + ~left, left), tail]),
        right=np.concatenate([np.where(right < 0, inner + ~right, right), tail]),
        missing_left=np.concatenate([((kind & _DEFAULT_LEFT) > 0) & ~asks, np.zeros(leaves, np.bool_)]),
        value=value,
        cover=np.concatenate(counts),
        categories=_categories(raw, asks, threshold),
    )


def _stump(value: np.ndarray) -> Tree:
    """A tree of one leaf."""
    none = np.array([-1], dtype=np.int64)
    return Tree(none, np.zeros(1), none, none, np.zeros(1, np.bool_), value, np.zeros(1))


def _categories(raw: Mapping[str, str], asks: np.ndarray, threshold: np.ndarray) -> dict[int, frozenset[int]]:
    """Codes whose bit is set at each categorical split."""
    if not asks.any():
        return {}
    bounds, words = _numbers(raw, "cat_boundaries", np.int64), _numbers(raw, "cat_threshold", np.int64)
    found = {}
    for node in np.flatnonzero(asks).tolist():
        split = int(threshold[node])
        part = words[bounds[split] : bounds[split + 1]].tolist()
        codes = (32 * place + bit for place, word in enumerate(part) for bit in range(32) if word >> bit & 1)
        found[node] = frozenset(codes)
    return found


def _columns(
    header: Mapping[str, str], trees: list[dict[str, str]], inputs: Inputs, levels: list[list[Any]]
) -> tuple[Column, ...]:
    """One column per input: categorical ones by level, numbers with the feature's own kind of missing."""
    expected = int(header["max_feature_idx"]) + 1
    if len(inputs.items) != expected:
        raise refuse(f"It takes {expected} columns, {len(inputs.items)} arrive.")
    kinds = _missing_kinds(trees)
    named = _with_levels(header, levels)
    columns = []
    for position, item in enumerate(inputs.items):
        if position in named and item.column is None:
            table = {level: float(code) for code, level in enumerate(named[position])}
            columns.append(by_level(item, table, NAN))
        else:
            columns.append(_with_missing(number(item), kinds.get(position, _NAN)))
    return tuple(columns)


def _with_missing(column: Column, kind: int) -> Column:
    """A missing value is 0 where training had none; 0 is missing where the model was told so."""
    if kind == _NAN:
        return column
    return then(column, ("drop_zero", TINY)) if kind == _ZERO else then(column, ("fill", 0.0))


def _missing_kinds(trees: list[dict[str, str]]) -> dict[int, int]:
    """What each split feature means by missing: 0 nothing, 1 zero, 2 NaN."""
    kinds: dict[int, int] = {}
    for raw in trees:
        if int(raw["num_leaves"]) == 1:
            continue
        for feature, kind in zip(raw["split_feature"].split(), raw["decision_type"].split(), strict=True):
            missing = _NAN if int(kind) & _CATEGORICAL else int(kind) >> 2 & 3
            if kinds.setdefault(int(feature), missing) != missing:
                raise refuse(f"Column {feature} treats missing values in two ways.")
    return kinds


def _with_levels(header: Mapping[str, str], levels: list[list[Any]]) -> dict[int, list[Any]]:
    """Feature position of each list of levels: those that the model calls categorical, in order."""
    if not levels:
        return {}
    infos = header["feature_infos"].split(" ")
    told = sorted(int(part) for part in header["categorical_feature"].split(",") if part.isdigit())
    sure = [i for i, info in enumerate(infos) if not info.startswith("[") and info != "none"]
    perhaps = [i for i, info in enumerate(infos) if not info.startswith("[")]
    for positions in (told, sure, perhaps):
        if len(positions) == len(levels):
            return dict(zip(positions, levels, strict=True))
    raise refuse("The model does not say which of its columns are categorical.")
