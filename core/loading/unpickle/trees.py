"""Trees of scikit-learn: rebuilt from checked arrays, with every index in range; ``nodes.py`` looks at their shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from core.loading.unpickle.inert import Slot
from core.loading.unpickle.numbers import wrong

if TYPE_CHECKING:
    from core.loading.unpickle.machine import Machine

_LEAF = -1
_MOST_COLUMNS = 10_000_000
_NAME = "a decision tree"


def tree(machine: Machine, args: tuple[Any, ...]) -> Slot:
    """``sklearn.tree._tree.Tree(n_features, n_classes, n_outputs)``, filled by the state that follows."""
    if len(args) != 3:
        raise wrong(_NAME)
    n_features, n_classes, n_outputs = args
    fits = isinstance(n_classes, np.ndarray) and n_classes.dtype.kind == "i" and n_classes.shape == (n_outputs,)
    if type(n_features) is not int or type(n_outputs) is not int or not fits or n_features < 1 or n_outputs < 1:
        raise wrong(_NAME)
    counts = n_classes.tolist()  # one mostly: a sum or a maximum of numpy takes longer than all that follows
    if min(counts) < 1 or max(counts) > 1_000_000 or n_features > _MOST_COLUMNS:
        raise wrong(_NAME)

    def fill(state: Any) -> Any:
        return _tree_of(machine, n_features, n_classes.astype(np.intp), max(counts), state)

    return Slot(_NAME, fill)


def _tree_of(machine: Machine, n_features: int, n_classes: np.ndarray, most: int, state: Any) -> Any:
    """Check the state of a tree and build the tree."""
    from sklearn.tree._tree import NODE_DTYPE, Tree

    if type(state) is not dict or not {"max_depth", "node_count", "nodes", "values"} <= set(state):
        raise wrong(_NAME)
    nodes, values = upgrade_nodes(state["nodes"], NODE_DTYPE), state["values"]
    count = len(nodes)
    if type(state["max_depth"]) is not int or state["node_count"] != count or not 0 <= state["max_depth"] <= count:
        raise wrong(_NAME)
    if not isinstance(values, np.ndarray) or values.shape != (count, len(n_classes), most):
        raise wrong(_NAME)
    if not values.dtype.str.endswith("f8"):  # of any byte order, as the library takes them
        raise wrong(_NAME)
    left = nodes["left_child"]
    machine.nodes.add(left, nodes["right_child"], left == _LEAF, nodes["feature"], n_features, _NAME)
    if most > 1:
        values = _shares(values, nodes["weighted_n_node_samples"][:, None, None])
    made = Tree(n_features, n_classes, len(n_classes))
    made.__setstate__(
        {
            "max_depth": state["max_depth"],
            "node_count": count,
            "nodes": nodes,
            "values": np.ascontiguousarray(values, dtype=np.float64),
        }
    )
    return made


def _shares(values: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Shares of the classes: older versions kept counts in the nodes, and ``predict_proba`` made shares of them."""
    for some in (slice(1), slice(None)):  # the root tells most apart, without a sum of all nodes
        total, wanted = values[some].sum(axis=2, keepdims=True), weight[some]
        if not ((total == wanted) | (abs(total - wanted) <= 1e-6 * abs(wanted))).all():
            return values  # shares, or damaged: left as they are
    return values / np.where(total == 0.0, 1.0, total)


def upgrade_nodes(nodes: Any, wanted: np.dtype[Any]) -> np.ndarray:
    """Node records of this version, from those of an older one: before 1.3 no column said where missing values go."""
    if not isinstance(nodes, np.ndarray) or nodes.ndim != 1 or nodes.dtype.names is None or not len(nodes):
        raise wrong(_NAME)
    if nodes.dtype == wanted:
        return np.ascontiguousarray(nodes)
    missing = set(wanted.names or ()) - set(nodes.dtype.names)
    if missing - {"missing_go_to_left"} or set(nodes.dtype.names) - set(wanted.names or ()):
        raise wrong(_NAME)
    found = np.zeros(len(nodes), dtype=wanted)
    for name in wanted.names or ():
        if name in nodes.dtype.names:
            if nodes.dtype[name].kind != wanted[name].kind:
                raise wrong(_NAME)
            found[name] = nodes[name]
    return found


def upgrade_predictor(machine: Machine, state: Any) -> dict[str, Any]:
    """The state of a histogram booster's tree: node records of this version, children and bitsets in range."""
    from sklearn.ensemble._hist_gradient_boosting.common import PREDICTOR_RECORD_DTYPE as WANTED

    name = "a histogram booster's tree"
    if type(state) is not dict or not isinstance(state.get("nodes"), np.ndarray) or state["nodes"].ndim != 1:
        raise wrong(name)
    nodes = state["nodes"]
    if nodes.dtype.names != WANTED.names or not len(nodes):
        raise wrong(name)
    nodes = np.ascontiguousarray(nodes.astype(WANTED, casting="same_kind"))
    leaf = nodes["is_leaf"] != 0
    machine.nodes.add(nodes["left"], nodes["right"], leaf, nodes["feature_idx"], _MOST_COLUMNS, name)
    bits: list[Any] = [state.get(part) for part in ("binned_left_cat_bitsets", "raw_left_cat_bitsets")]
    if any(not isinstance(b, np.ndarray) or b.ndim != 2 or b.dtype != np.uint32 or b.shape[1:] != (8,) for b in bits):
        raise wrong(name)
    used = nodes["bitset_idx"][~leaf & (nodes["is_categorical"] != 0)]
    if used.size and int(used.max()) >= min(len(b) for b in bits):
        raise wrong(name)
    return {**state, "nodes": nodes}
