"""XGBoost's JSON read as numbers and written as UBJ is the same model to the bit; what could differ is left alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xgboost

from core.errors import ModelError
from core.loading.formats import xgboost_file, xgboost_json
from core.loading.formats.numerals import Numerals, parse_json
from core.loading.formats.ubjson import decode
from core.loading.models import read_model

RNG = np.random.default_rng(5)
FRAME = pd.DataFrame(RNG.normal(size=(150, 3)), columns=["größe", "b", "c"])
FRAME["d"] = pd.Categorical(RNG.choice(["x", "y", "z"], 150))
TARGET = (FRAME["größe"] + (FRAME["d"] == "x") + RNG.normal(size=150) > 0.5).astype(int)


def trained(**params: Any) -> xgboost.Booster:
    rows = xgboost.DMatrix(FRAME, TARGET, enable_categorical=True)
    return xgboost.train({"max_depth": 4, "tree_method": "hist", "nthread": 1, **params}, rows, 4)


MODELS = {
    "binary": trained(objective="binary:logistic"),
    "classes": trained(objective="multi:softprob", num_class=2),
    "regression": trained(max_cat_to_onehot=1),
    "no splits": trained(gamma=1e9),
}
REALS = ("base_weights", "loss_changes", "split_conditions", "sum_hessian")
RAW = bytes(MODELS["binary"].save_raw("json"))


def rewritten(data: bytes) -> bytearray | None:
    found = xgboost_json.with_numbers(parse_json(data), data)
    return None if found is None else xgboost_json.as_ubj(found)


def same(ours: Any, theirs: Any) -> bool:
    """Alike, numbers of lists to the bit and in type."""
    if isinstance(theirs, dict):
        return ours.keys() == theirs.keys() and all(same(ours[key], theirs[key]) for key in theirs)
    if isinstance(theirs, np.ndarray) and isinstance(ours, np.ndarray):
        return ours.dtype == theirs.dtype and ours.tobytes() == theirs.tobytes()
    if isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(same, ours, theirs))
    return list(ours) == list(theirs) if isinstance(theirs, np.ndarray) else bool(ours == theirs)


@pytest.mark.parametrize("name", MODELS)
def test_the_binary_form_is_the_one_that_xgboost_writes(name: str) -> None:
    model = MODELS[name]
    made = rewritten(bytes(model.save_raw("json")))
    assert made is not None
    assert same(decode(bytes(made)), decode(bytes(model.save_raw("ubj"))))


@pytest.mark.parametrize("name", MODELS)
def test_the_model_is_the_same(name: str) -> None:
    data = bytes(MODELS[name].save_raw("json"))
    plain, ours = xgboost.Booster(), xgboost_file.load(data, "m.json", "json")
    plain.load_model(bytearray(data))
    assert ours.save_raw("json") == plain.save_raw("json") == bytearray(data)
    assert ours.save_config() == plain.save_config()
    rows = xgboost.DMatrix(FRAME, enable_categorical=True)
    assert np.array_equal(ours.predict(rows), plain.predict(rows))


def edited(change: Callable[[dict[str, Any], dict[str, Any]], object]) -> bytes:
    """The file with a change, its other numbers spelt as before; texts in angle brackets become numbers."""
    document = json.loads(RAW, parse_float="<{}>".format)
    change(document["learner"], document["learner"]["gradient_booster"]["model"]["trees"][0])
    data = json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()
    return data.replace(b'"<', b"").replace(b'>"', b"")


def put(key: str, *values: str) -> bytes:
    """The first numbers of a part, as they are written."""
    return edited(lambda _, tree: tree[key].__setitem__(slice(len(values)), [f"<{value}>" for value in values]))


def written(rng: np.random.Generator) -> list[str]:
    """Numbers as they may stand in a file: any of single precision, long ones, those half-way between two."""
    bits = rng.integers(0, 2**32, 600, dtype=np.uint64).astype(np.uint32).view(np.float32)
    single = bits[np.isfinite(bits)].tolist()
    found = [f"{number:.8E}" for number in single] + [f"{number:.12E}" for number in single]
    for power, whole in zip(rng.integers(-30, 30, 600), rng.integers(2**24, 2**26, 600), strict=True):
        short = int(whole) % 10 ** int(rng.integers(1, 7))
        found += [f"-{short}.{whole}E{power}", f"{whole}E{power % 4}", f"{whole}5E-1"]
    return [*found, "0E0", "-0E0", "1E0", "1.E3", "1E+2", "007E1"]


def reals(raw: bytes) -> list[bytes]:
    """The numbers of single precision in a binary file, as they lie there."""
    trees = decode(raw)["learner"]["gradient_booster"]["model"]["trees"]
    return [tree[key].tobytes() for tree in trees for key in REALS]


def test_every_number_is_rounded_as_xgboost_rounds_it() -> None:
    numbers = iter(written(np.random.default_rng(11)))

    def fill(learner: dict[str, Any], _first: object) -> None:
        for tree in learner["gradient_booster"]["model"]["trees"]:
            for key in REALS:
                tree[key] = [f"<{next(numbers, '5E-1')}>" for _ in tree[key]]

    for _ in range(20):
        data = edited(fill)
        made, plain = rewritten(data), xgboost.Booster()
        assert made is not None
        plain.load_model(bytearray(data))
        assert reals(bytes(made)) == reals(bytes(plain.save_raw("ubj")))
    assert next(numbers, None) is None


LEFT_ALONE = {
    "a whole number": put("sum_hessian", "3"),
    "no exponent": put("sum_hessian", "0.25"),
    "two exponents": put("sum_hessian", "1E2E3", "1"),
    "begins with its point": put("sum_hessian", "-.5"),
    "beyond all numbers": put("sum_hessian", "1E99"),
    "many digits": put("sum_hessian", "0." + "3" * 30 + "E0"),
    "a sign": put("sum_hessian", "+1E0"),
    "a sign further on": put("sum_hessian", "1E0", "+1E0"),
    "a point further on": put("sum_hessian", "1E0", ".5E0"),
    "no number": put("sum_hessian", "NaN"),
    "blanks": RAW.replace(b",", b", "),
    "neither yes nor no": put("default_left", "2"),
    "a point in a whole number": put("left_children", "1.0"),
    "an unknown part": edited(lambda _, tree: tree.update(more=[1])),
    "a part less": edited(lambda _, tree: tree.pop("loss_changes")),
    "texts": edited(lambda _, tree: tree.update(categories=["1"])),
    "a backslash": edited(lambda learner, _: learner["attributes"].update(note='a "word"')),
    "a number elsewhere": edited(lambda learner, _: learner["attributes"].update(note=0.5)),
    "nothing": edited(lambda learner, _: learner["attributes"].update(note=None)),
    "too large elsewhere": edited(lambda learner, _: learner["attributes"].update(note=2**70)),
    "a tree that is none": edited(lambda learner, _: learner["gradient_booster"]["model"]["trees"].append(7)),
    "no trees": b'{"learner": {"gradient_booster": {"name": "gblinear", "model": {"weights": [0.5]}}}}',
}


@pytest.mark.parametrize("name", LEFT_ALONE)
def test_what_could_differ_is_left_to_xgboost(name: str) -> None:
    assert rewritten(edited(lambda _learner, _tree: None)) is not None  # it is the change
    assert rewritten(LEFT_ALONE[name]) is None


@pytest.mark.parametrize("name", ["no exponent", "many digits", "blanks", "a backslash"])
def test_what_is_left_to_xgboost_loads_as_it_does(name: str) -> None:
    plain = xgboost.Booster()
    plain.load_model(bytearray(LEFT_ALONE[name]))
    assert xgboost_file.load(LEFT_ALONE[name], "m.json", "json").save_raw("json") == plain.save_raw("json")


def test_two_lists_do_not_run_into_each_other() -> None:
    lists = [Numerals(b"1,2,"), Numerals(b"3")]
    for kind in ("i4", "f4"):
        with pytest.raises(ValueError, match=r"numbers|exponent|unmatched"):
            xgboost_json._column(lists, kind)


@pytest.mark.parametrize("form", ["json", "ubj"])
@pytest.mark.parametrize(
    "params",
    [
        {},
        {"multi_strategy": "multi_output_tree"},
        {"objective": "reg:quantileerror", "quantile_alpha": [0.1, 0.5]},
        {"booster": "dart"},
    ],
)
def test_several_targets_are_named_as_such(params: dict[str, Any], form: str) -> None:
    two = TARGET if "objective" in params else np.column_stack([TARGET, TARGET])
    booster = xgboost.train({"max_depth": 2, **params}, xgboost.DMatrix(FRAME[["b", "c"]], two), 2)
    with pytest.raises(ModelError, match="several targets at once"):
        xgboost_file.load(bytes(booster.save_raw(form)), f"m.{form}", form)


@pytest.mark.parametrize(
    ("where", "value"),
    [("split_type", [0, [1]]), ("split_type", None), ("id", None), ("id", 1), ("tree_param", 3), ("categories", {})],
)
def test_parts_of_another_kind_are_refused(where: str, value: Any) -> None:
    document = json.loads(RAW)
    document["learner"]["gradient_booster"]["model"]["trees"][0][where] = value
    with pytest.raises(ModelError, match="is damaged"):
        xgboost_file.load(json.dumps(document).encode(), "m.json", "json")


def test_trees_that_take_each_others_places_are_refused() -> None:
    """XGBoost puts each tree where its number says: a place that stays empty ends it when it predicts."""
    document = json.loads(RAW)
    trees = document["learner"]["gradient_booster"]["model"]["trees"]
    xgboost_file.check(document, "m.json")
    trees[0]["id"], trees[1]["id"] = 1, 0
    with pytest.raises(ModelError, match="not numbered in their order"):
        xgboost_file.check(document, "m.json")


def test_a_start_without_odds_has_no_plain_form() -> None:
    rows = xgboost.DMatrix(FRAME[["b", "c"]], TARGET)
    booster = xgboost.train({"booster": "gblinear", "objective": "binary:logistic"}, rows, 2)
    document = json.loads(bytes(booster.save_raw("json")))
    assert read_model(json.dumps(document).encode(), "m.json").portable() is not None
    document["learner"]["learner_model_param"]["base_score"] = "1E0"
    assert read_model(json.dumps(document).encode(), "m.json").portable() is None
