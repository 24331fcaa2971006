"""LightGBM's text format: sizes, indices and shape of every tree checked before the library reads it."""

from __future__ import annotations

import re

import numpy as np

from core.loading.natives.shape import check_tree, real, whole

MAX_FEATURES = 1_000_000
MAX_CLASSES = 100_000
_INTEGERS = re.compile(r"[-0-9 ]*")


def check(text: str) -> None:
    """Check a model before ``lightgbm`` parses it.

    Raises
    ------
    ValueError
        If a list has the wrong length, an index is out of range, or a tree runs in a circle.
    """
    if "\x00" in text:
        raise ValueError("it holds a zero byte")
    head, position = _header(text)
    features = _one(head, "max_feature_idx") + 1
    classes, per_round = _one(head, "num_class"), _one(head, "num_tree_per_iteration")
    if not 1 <= features <= MAX_FEATURES or not 1 <= classes <= MAX_CLASSES or not 1 <= per_round <= MAX_CLASSES:
        raise ValueError("its number of features or classes is out of range")
    for name in ("feature_names", "feature_infos"):
        if len(head.get(name, "").split(" ")) != features and head.get(name, "").strip():
            raise ValueError(f"its {name} do not fit the number of features")
    sizes = _integers(head["tree_sizes"]) if head.get("tree_sizes", "").strip() else whole([])
    if len(sizes) % per_round or (sizes.size and sizes.min() < 1):
        raise ValueError("its trees do not fit its classes")
    raw = text.encode("utf-8")
    start = len(text[:position].encode("utf-8"))
    for number, size in enumerate(sizes.tolist()):
        block = raw[start : start + size].decode("utf-8")
        if not block.startswith(f"Tree={number}\n"):
            raise ValueError("its trees do not lie where it says")
        _tree(_fields(block), features)
        start += size
    if "Tree=" in raw[start : start + 4096].decode("utf-8", "replace"):
        raise ValueError("it has more trees than it says")


def _header(text: str) -> tuple[dict[str, str], int]:
    """Fields before the first tree, and where that begins."""
    if not text.startswith("tree\n"):
        raise ValueError("it does not begin as a LightGBM model does")
    position = text.find("\nTree=0\n")
    position = text.find("\nend of trees") if position < 0 else position
    if position < 0:
        raise ValueError("it ends too early")
    return _fields(text[:position]), position + 1


def _fields(block: str) -> dict[str, str]:
    """``name=value`` lines; a name twice is refused."""
    found: dict[str, str] = {}
    for line in block.splitlines():
        name, sign, value = line.partition("=")
        if sign:
            if name in found:
                raise ValueError(f"it says {name[:40]} twice")
            found[name] = value
    return found


def _one(fields: dict[str, str], name: str) -> int:
    """One whole number."""
    if name not in fields or not re.fullmatch(r"-?\d{1,9}", fields[name].strip()):
        raise ValueError(f"its {name} is missing or no number")
    return int(fields[name])


def _integers(text: str, count: int | None = None) -> np.ndarray:
    """A list of whole numbers."""
    if not _INTEGERS.fullmatch(text):
        raise ValueError("a list of numbers holds something else")
    return whole([int(part) for part in text.split()], count)


def _tree(fields: dict[str, str], features: int) -> None:
    """One tree: leaves are written as the complement of their index."""
    leaves, categories = _one(fields, "num_leaves"), _one(fields, "num_cat")
    if not 1 <= leaves <= 10_000_000 or not 0 <= categories <= leaves:
        raise ValueError("a tree of it has an impossible number of leaves")
    real([float(part) for part in fields["leaf_value"].split()], leaves)
    if leaves == 1:
        return
    inner = leaves - 1
    left, right = _integers(fields["left_child"], inner), _integers(fields["right_child"], inner)
    split = _integers(fields["split_feature"], inner)
    thresholds = real([float(part) for part in fields["threshold"].split()], inner)
    kinds = _integers(fields["decision_type"], inner)
    if split.min() < 0 or split.max() >= features:
        raise ValueError("a tree of it splits on a column that does not exist")
    for child in (left, right):
        if child.max() >= inner or (~child).max() >= leaves:
            raise ValueError("a tree of it has a child that does not exist")
    everything = np.concatenate
    ends = np.zeros(inner + leaves, dtype=bool)
    ends[inner:] = True
    fill = np.zeros(leaves, dtype=np.int64)
    check_tree(
        everything([np.where(left >= 0, left, inner + ~left), fill]),
        everything([np.where(right >= 0, right, inner + ~right), fill]),
        ends,
    )
    _categories(fields, categories, thresholds[(kinds & 1) == 1])
    _linear(fields, leaves, features)


def _categories(fields: dict[str, str], count: int, used: np.ndarray) -> None:
    """Bit sets of categorical splits."""
    if used.size and (not np.isfinite(used).all() or used.min() < 0 or used.max() >= count or (used % 1).any()):
        raise ValueError("a split on categories refers to none")
    if count:
        bounds = _integers(fields["cat_boundaries"], count + 1)
        if bounds[0] != 0 or (np.diff(bounds) < 0).any():
            raise ValueError("its categories do not fit")
        _integers(fields["cat_threshold"], int(bounds[-1]))


def _linear(fields: dict[str, str], leaves: int, features: int) -> None:
    """Linear models in leaves."""
    if fields.get("is_linear", "0").strip() != "1":
        return
    real([float(part) for part in fields["leaf_const"].split()], leaves)
    sizes = _integers(fields["num_features"], leaves)
    if sizes.min() < 0:
        raise ValueError("a linear leaf does not fit")
    columns = _integers(fields["leaf_features"], int(sizes.sum()))
    real([float(part) for part in fields["leaf_coeff"].split()], int(sizes.sum()))
    if columns.size and (columns.min() < 0 or columns.max() >= features):
        raise ValueError("a linear leaf uses a column that does not exist")
