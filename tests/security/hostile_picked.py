"""Hostile files of a fourth reading: what compiled code reads or writes by the sizes of something else.

See ``hostile.py``. First guesses whose shares have more axes than one, levels of other kinds of numbers out of order,
functions with some arguments that write to those behind, lengths and weights that distances take as they are, rows of
training that are not there, and skops files whose parts are called, or given to compiled classes. Plainly loaded, most
of them crash or write past an array.
"""

from __future__ import annotations

import copy
import io
import json
import pickle
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp
import scipy.special
from sklearn import covariance, ensemble, linear_model, manifold, neighbors, preprocessing
from sklearn.metrics import pairwise

from tests.security.hostile import Case
from tests.security.hostile_passed import _named, _part, _ridge, _several, _text, _zipped

X = np.random.default_rng(0).normal(size=(60, 5))
LABELS, TARGET = (X[:, 0] > 0).astype(int), X[:, 0] * 3 + 1
SMALL = np.ones((1, 1))


def cases(marker: Path) -> Iterator[Case]:
    """Every case; some of skops have a payload."""
    for part in (guesses, levels, outputs, special, distances, functions, spreads, rows):
        for name, model in part():
            yield f"picked-{name}.pkl", pickle.dumps(model)
    for name, root in called(str(marker)):
        yield f"picked-{name}.skops", _zipped(root)
    for name, model, change in written():
        yield f"picked-{name}.skops", rewritten(model, change)


def lying(model: Any, **attributes: Any) -> Any:
    """A copy of the model with other attributes; None takes one away."""
    made = copy.deepcopy(model)
    for name, value in attributes.items():
        vars(made)[name] = value
        if value is None:
            del vars(made)[name]
    return made


def guesses() -> Iterator[tuple[str, Any]]:
    """Shares of classes with several axes: one row asks for one thing, many rows for another."""
    made = ensemble.GradientBoostingClassifier(n_estimators=3).fit(X, LABELS)
    for label, shares in (
        ("axes", np.full((1, 1, 1), 0.5)),
        ("rows", np.full((2, 2), 0.5)),
        ("matrix", np.matrix([[0.5, 0.5]])),
        ("sparse", sp.csr_matrix([[0.5, 0.5]])),
        ("table", pd.DataFrame([[0.5, 0.5]])),
        ("list", [[[0.5]]]),
    ):
        yield f"guess-{label}", lying(made, init_=lying(made.init_, class_prior_=shares))


def levels() -> Iterator[tuple[str, Any]]:
    """Complex numbers, times and spans out of order, which are looked for by halves like other numbers."""
    made = preprocessing.OneHotEncoder(handle_unknown="ignore").fit(np.arange(60)[:, None] % 4.0)
    for kind in ("c8", "c16", "M8[s]", "M8[ns]", "m8[s]"):
        order = np.array([3, 0, 1, 2]).astype("i8").astype(kind)
        yield f"levels-{kind[:2]}-{len(kind)}", lying(made, categories_=[order])
    record = np.array([(3, 1), (0, 1), (1, 1), (2, 1)], dtype=[("a", "f8"), ("b", "f8")])
    yield "levels-records", lying(made, categories_=[record])


def outputs() -> Iterator[tuple[str, Any]]:
    """Functions that are given more than they take: the rest is where they write, such as the labels of neighbours."""
    near = neighbors.KNeighborsClassifier(algorithm="brute").fit(X, LABELS)
    far, one, held = np.full(60, 8 * 10**9), np.ones(60, dtype=int), near._y
    for label, function, given in (
        ("divmod", np.divmod, (far, one, held)),
        ("divmod-rows", np.divmod, (far, one)),
        ("modf", np.modf, (far * 1.0, one * 1.0)),
        ("frexp", np.frexp, (far * 1.0,)),
        ("add", np.add, (far, one)),
        ("exp", np.exp, (one,)),
        ("fresnel", scipy.special.fresnel, (one * 1.0, one * 2.0)),
    ):
        writes = preprocessing.FunctionTransformer(partial(function, *given))
        yield f"writes-{label}", {"model": near, "before": writes}


def special() -> Iterator[tuple[str, Any]]:
    """Special functions whose own tables end at some hundred terms, where their arguments ask for thousands."""
    for name, given in (
        ("pro_rad1", (0.0, 0.0, 1e4)),
        ("pro_ang1_cv", (0.0, 190.0, 170.0, 3.0)),
        ("obl_rad2", (5.0, 150.0, 150.0)),
        ("pro_cv", (0.0, 190.0)),
        ("mathieu_sem", (500.0, 1e8)),
        ("mathieu_a", (1.0,)),
    ):
        yield f"special-{name}", preprocessing.FunctionTransformer(partial(getattr(scipy.special, name), *given))


def distances() -> Iterator[tuple[str, Any]]:
    """Weights of a distance that are smaller than the rows, and lengths of rows that are not there."""
    kinds: tuple[tuple[str, Any], ...] = (
        ("class", neighbors.KNeighborsClassifier(algorithm="brute").fit(X, LABELS)),
        ("number", neighbors.KNeighborsRegressor(algorithm="brute").fit(X, TARGET)),
        ("radius", neighbors.RadiusNeighborsRegressor(algorithm="brute", radius=9.0).fit(X, TARGET)),
        ("graph", neighbors.KNeighborsTransformer(algorithm="brute").fit(X)),
        ("outlier", neighbors.LocalOutlierFactor(novelty=True, algorithm="brute").fit(X)),
    )
    for label, made in kinds:
        for name in ("X_norm_squared", "Y_norm_squared"):
            lengths = {name: np.zeros(1)}
            yield (
                f"lengths-{label}-{name[0]}",
                lying(made, effective_metric_="euclidean", effective_metric_params_=lengths),
            )
        weights = {"VI": SMALL}
        yield f"weights-{label}", lying(made, effective_metric_="mahalanobis", effective_metric_params_=weights)
    made = kinds[1][1]
    for label, given in (("wide", np.ones((5, 4))), ("flat", np.ones(25)), ("list", [[1.0] * 5] * 5)):
        yield f"weights-{label}", lying(made, effective_metric_="mahalanobis", effective_metric_params_={"VI": given})
    inner = manifold.Isomap(neighbors_algorithm="brute").fit(X)
    yield "weights-inside", lying(inner, nbrs_=lying(inner.nbrs_, effective_metric_params_={"VI": SMALL}))


def functions() -> Iterator[tuple[str, Any]]:
    """The same, where a step calls a distance."""
    far: dict[str, Any] = {"metric": "mahalanobis", "VI": SMALL}
    lengths = {"Y": X, "metric_kwargs": {"Y_norm_squared": np.zeros(1)}}
    for label, function, given in (
        ("alone", pairwise.pairwise_distances, far),
        ("beside", pairwise.pairwise_distances, {**far, "Y": X}),
        ("nearest", pairwise.pairwise_distances_argmin, lengths),
        ("nearest-two", pairwise.pairwise_distances_argmin_min, lengths),
        (
            "nearest-weights",
            pairwise.pairwise_distances_argmin,
            {"Y": X, "metric": "mahalanobis", "metric_kwargs": far},
        ),
    ):
        yield f"step-{label}", preprocessing.FunctionTransformer(function, kw_args=given)
    yield "step-back", preprocessing.FunctionTransformer(np.log, pairwise.pairwise_distances, inv_kw_args=far)


def spreads() -> Iterator[tuple[str, Any]]:
    """Covariances that are smaller than the rows whose distances they weigh."""
    for name in ("EllipticEnvelope", "EmpiricalCovariance", "MinCovDet", "LedoitWolf"):
        yield f"spread-{name}", lying(getattr(covariance, name)().fit(X), precision_=SMALL)
    made = covariance.EllipticEnvelope(store_precision=False).fit(X)
    yield "spread-not-kept", lying(made, covariance_=SMALL)
    yield "spread-places", lying(made, location_=np.zeros((1, 5)), precision_=SMALL)


def rows() -> Iterator[tuple[str, Any]]:
    """Rows of training that are missing, narrower than those that are asked, or of no width."""
    for label, made in (
        ("class", neighbors.KNeighborsClassifier(algorithm="kd_tree").fit(X, LABELS)),
        ("number", neighbors.KNeighborsRegressor(algorithm="kd_tree").fit(X, TARGET)),
        ("graph", neighbors.KNeighborsTransformer(algorithm="kd_tree").fit(X)),
    ):
        yield f"rows-none-{label}", lying(made, _fit_X=None, n_samples_fit_=2)
        yield f"rows-list-{label}", lying(made, _fit_X=X.tolist(), n_samples_fit_=2)
        yield f"rows-thin-{label}", lying(made, _fit_X=X[:, :1].copy(), _fit_method="brute", _tree=None)
        yield f"rows-no-width-{label}", lying(made, n_features_in_=None)


def called(marker: str) -> Iterator[tuple[str, Any]]:
    """Parts of a skops schema by which types of the list would be called."""

    def kind(module: str, name: str) -> dict[str, Any]:
        return _part(module, name, "TypeNode")

    def group(module: str, name: str, loader: str, *parts: Any) -> dict[str, Any]:
        return _part(module, name, loader, content=list(parts))

    def keys(key: dict[str, Any], name: str = "dict", module: str = "builtins") -> dict[str, Any]:
        kinds = group("builtins", "list", "ListNode", key)
        return _part(module, name, "DictNode", content={marker: _text("x")}, key_types=kinds)

    content = {"func": kind("xgboost.core", "Booster"), "args": _several(), "kwds": _named({}), "namespace": _named({})}
    opens = _part("functools", "partial", "PartialNode", content=content)
    state = _named({"bit_generator": _text("seed")})
    parts: dict[str, Any] = {
        "keys-partial": keys(opens),
        "keys-class": keys(kind("xgboost.core", "Booster")),
        "keys-bytes": keys(kind("builtins", "bytearray")),
        "keys-function": keys(_part("numpy", "exp", "FunctionNode")),
        "mapping-model": keys(kind("builtins", "str"), "CatBoost", "catboost.core"),
        "mapping-matrix": keys(kind("builtins", "str"), "csr_matrix", "scipy.sparse._csr"),
        "list-model": group("catboost.core", "CatBoostClassifier", "ListNode", _text("x")),
        "list-bytes": group("builtins", "bytearray", "ListNode", _text("x")),
        "set-table": group("pandas.core.frame", "DataFrame", "SetNode", _text("x")),
        "set-booster": group("xgboost.core", "Booster", "SetNode", _text(marker)),
        "method": _part(
            "sklearn.linear_model._ridge", "Ridge", "MethodNode", content={"obj": _ridge({}), "func": "predict"}
        ),
        "getter": _part("operator", "attrgetter", "OperatorFuncNode", attrs=_several(_text("__class__"))),
        "generator": _part(
            "numpy.random._generator",
            "Generator",
            "RandomGeneratorNode",
            content={"bit_generator": state, "seed_seq": state},
        ),
        "number-list": _part("builtins", "str", "JsonNode", content="[[1, 2]]", is_json=True),
        "object": _part("builtins", "dict", "ObjectNode", content=_named({"x": _text("y")})),
        "again": {"__module__": None, "__class__": None, "__id__": 5, "__loader__": "CachedNode"},
        "function-early": {
            **_part("numpy", "exp", "FunctionNode"),
            "content": {"module_path": "os", "function": "system"},
        },
        "no-state": _part("xgboost.core", "Booster", "ObjectNode"),
    }
    for label, part in parts.items():
        yield label, _ridge(_named({"anything": part}))


def written() -> Iterator[tuple[str, Any, Callable[[dict[str, bytes]], None]]]:
    """Honest skops files whose arrays and boosters are broken: skops itself hands them to compiled classes unseen."""
    import lightgbm
    import xgboost

    def schema(old: str, new: str) -> Callable[[dict[str, bytes]], None]:
        def change(members: dict[str, bytes]) -> None:
            text = members["schema.json"].decode()
            assert old in text
            members["schema.json"] = text.replace(old, new).encode()

        return change

    def binary(old: bytes, new: bytes) -> Callable[[dict[str, bytes]], None]:
        def change(members: dict[str, bytes]) -> None:
            (name,) = (name for name in members if name.endswith(".bin"))
            assert old in members[name]
            members[name] = members[name].replace(old, new)

        return change

    def arrays(lie: Any, dtype: str) -> Callable[[dict[str, bytes]], None]:
        def change(members: dict[str, bytes]) -> None:
            for name in [name for name in members if name.endswith(".npy")]:
                held = np.load(io.BytesIO(members[name]))
                if held.ndim and held.dtype == dtype:
                    target = io.BytesIO()
                    np.save(target, lie(held))
                    members[name] = target.getvalue()

        return change

    boosted = xgboost.XGBClassifier(n_estimators=2, max_depth=2, n_jobs=1).fit(X, LABELS)
    yield "xgboost-children", boosted, binary(b"left_children", b"left_childrex")
    light = lightgbm.LGBMClassifier(n_estimators=2, verbose=-1, min_child_samples=5, n_jobs=1).fit(X, LABELS)
    yield "lightgbm-children", light, schema("left_child=", "left_child=9999 ")
    near = neighbors.KNeighborsClassifier(algorithm="kd_tree").fit(X, LABELS)
    yield "tree-order", near, arrays(lambda held: held + 10**6, "int64")
    forest = ensemble.RandomForestClassifier(2).fit(X, LABELS)
    yield "forest-outputs", forest, arrays(lambda held: held[:0], "int64")
    nodes = forest.estimators_[0].tree_.__getstate__()["nodes"].dtype
    yield "forest-children", forest, arrays(_far_children, nodes)
    ridge = linear_model.Ridge().fit(X, TARGET)
    yield "array-records", ridge, arrays(lambda _held: np.zeros(5, dtype="V8"), "float64")
    yield "array-missing", ridge, schema(".npy", ".npx")


def _far_children(nodes: np.ndarray) -> np.ndarray:
    """Nodes whose children do not exist."""
    made = nodes.copy()
    made["left_child"] = np.where(made["left_child"] < 0, -1, 10**6)
    return made


def rewritten(model: Any, change: Callable[[dict[str, bytes]], None]) -> bytes:
    """A model as skops writes it, with changed members."""
    import skops.io

    with zipfile.ZipFile(io.BytesIO(skops.io.dumps(model))) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    assert json.loads(members["schema.json"])
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target.getvalue()
