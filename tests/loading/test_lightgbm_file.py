"""LightGBM's text and CatBoost's binary form: one broken part, one refusal in words, before any native parser."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import product

import lightgbm
import numpy as np
import pandas as pd
import pytest

from core.errors import ModelError
from core.loading.formats import lightgbm_file, lightgbm_trees, tree_checks

RNG = np.random.default_rng(4)
FRAME = pd.DataFrame({"age": RNG.normal(size=80), "city": pd.Categorical(RNG.choice(list("abc"), 80))})
TARGET = FRAME["age"] + (FRAME["city"] == "a")
SETTINGS = {"verbose": -1, "min_data_in_leaf": 3, "min_data_per_group": 2, "num_leaves": 5, "num_threads": 1}
TEXT = lightgbm.train(SETTINGS, lightgbm.Dataset(FRAME, TARGET), 3).model_to_string()
LINEAR = lightgbm.train(
    {**SETTINGS, "linear_tree": True}, lightgbm.Dataset(FRAME[["age"]], TARGET, params={"linear_tree": True}), 2
).model_to_string()


def line(key: str, value: str, text: str = TEXT) -> str:
    """The text with the first line of a key changed."""
    changed, count = re.subn(rf"(?m)^{key}=.*$", f"{key}={value}", text, count=1)
    assert count == 1
    return changed


def edited(key: str, edit: Callable[[list[str]], list[str]], text: str = TEXT) -> str:
    """The text with the numbers of one line changed and the announced size of the tree put right."""
    found = re.search(rf"(?m)^{key}=(.*)$", text)
    assert found is not None
    changed = line(key, " ".join(edit(found[1].split())), text)
    longer = len(changed) - len(text)
    sizes = re.search(r"(?m)^tree_sizes=(\d+)", text)
    assert sizes is not None
    return changed.replace(sizes[0], f"tree_sizes={int(sizes[1]) + longer}", 1)


def test_what_lightgbm_writes_passes() -> None:
    for text in (TEXT, LINEAR, TEXT.replace("\n", "\r\n")):
        assert lightgbm_file.load(text.encode(), "m.txt").num_trees() > 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text.replace("max_feature_idx=", "max_feature_idy="), "lacks max_feature_idx"),
        (lambda text: text.split("\n\nTree=")[0] + "\n", "no trees"),
        (lambda text: text.split("end of trees")[0], "ends before its last tree"),
        (lambda _: line("max_feature_idx", "9"), "says it takes 10"),
        (lambda _: line("max_feature_idx", "many"), "'many' is no number"),
        (lambda _: line("num_tree_per_iteration", "0"), "columns"),
        (lambda _: line("num_tree_per_iteration", "2"), "announces 3 trees"),
        (lambda _: line("num_class", "99999999"), "another number of classes"),
        (lambda _: line("tree_sizes", "1 1 1"), "sizes"),
        (lambda _: line("feature_infos", "[0:1 [0:1]"), "neither a range nor categories"),
        (lambda _: line("objective", ""), "objective is empty"),
        (lambda _: line("objective", " "), "objective is empty"),
        (lambda _: edited("shrinkage", lambda _: ["x"]), "shrinkage"),
        (lambda _: line("tree_sizes", "1"), "announces 1 trees"),
        (lambda text: text.replace("\n\nTree=0", "\nTree=0\nnum_leaves=1\n\nTree=0", 1), "follow each other"),
        (lambda text: text.replace("\nTree=1", "\rTree=1", 1), "follow each other"),
        (lambda text: text.replace("num_class=1\n", "num_class=1\nnum_class=2\n", 1), "there twice"),
        (lambda _: edited("left_child", lambda parts: [*parts[:-1], parts[-1] + "\nleft_child=0"]), "line is broken"),
        (lambda _: edited("num_cat", lambda _: ["1\n\n"]), "end with an empty line"),
        (lambda text: text.replace("\nleaf_value=", "\nleaf value ", 1), "line is broken"),
        (lambda _: line("is_linear", "7"), "marks are broken"),
        (lambda _: edited("num_cat", lambda _: ["-1"]), "marks are broken"),
        (lambda _: line("num_leaves", "0"), "broken|leaves"),
        (lambda _: line("num_leaves", "4"), "instead of|marks"),
        (lambda _: edited("leaf_value", lambda parts: ["x", *parts[1:]]), "no number"),
        (lambda _: edited("threshold", lambda _: ["1"]), "threshold of a tree has 1"),
    ],
)
def test_one_broken_part_is_named(change: Callable[[str], str], words: str) -> None:
    with pytest.raises(ModelError, match=words) as caught:
        lightgbm_file.check(change(TEXT).encode(), "<b>.txt")
    assert "damaged" in caught.value.what


@pytest.mark.parametrize(
    ("key", "edit", "words"),
    [
        ("split_feature", lambda parts: ["7", *parts[1:]], "column that is not there"),
        ("split_feature", lambda parts: ["-1", *parts[1:]], "column that is not there|no number"),
        ("left_child", lambda parts: ["0", *parts[1:]], "not there|cycle"),
        ("left_child", lambda parts: ["99", *parts[1:]], "not there"),
        ("right_child", lambda parts: [parts[-1], *parts[1:]], "cycle"),
        ("left_child", lambda parts: ["1.5", *parts[1:]], "no whole numbers|no number"),
        ("cat_boundaries", lambda parts: ["5", *parts[1:]], "out of range"),
        ("cat_threshold", lambda parts: [*parts, "1"], "out of range"),
        ("num_cat", lambda _: ["0"], "out of range"),
        ("num_cat", lambda _: ["2"], "out of range"),
    ],
)
def test_a_tree_that_would_lead_astray_is_refused(key: str, edit: Callable[[list[str]], list[str]], words: str) -> None:
    assert edited(key, list) == TEXT
    with pytest.raises(ModelError, match=words):
        lightgbm_file.check(edited(key, edit).encode(), "m.txt")


def test_kinds_of_splits_pass_unread_only_as_lightgbm_writes_them() -> None:
    """All texts of up to five letters, against what their parts are."""
    texts = ["".join(letters) for size in range(6) for letters in product("0128 -", repeat=size)]
    plain = [text for text in texts if all(part in ("0", "2", "8") for part in text.split(" "))]
    assert [text for text in texts if lightgbm_trees._none_by_category(text.encode())] == plain
    assert {"0", "2 8", "0 0 2"} <= set(plain)


@pytest.mark.parametrize("part", ["threshold", "decision_type", "left_child"])
@pytest.mark.parametrize("form", ["gone", "empty"])
def test_a_tree_of_two_leaves_has_all_its_parts(part: str, form: str) -> None:
    """LightGBM ends the process where one is missing."""
    short = lightgbm.train({**SETTINGS, "num_leaves": 2}, lightgbm.Dataset(FRAME[["age"]], TARGET), 1).model_to_string()
    lightgbm_file.check(short.encode(), "m.txt")
    changed = re.sub(rf"(?m)^{part}=.*\n", "" if form == "gone" else f"{part}=\n", short)
    size = changed.index("end of trees") - changed.index("Tree=0")
    with pytest.raises(ModelError, match="damaged") as error:
        lightgbm_file.check(line("tree_sizes", str(size), changed).encode(), "m.txt")
    assert part in error.value.why


def test_a_linear_leaf_of_a_missing_column_is_refused() -> None:
    with pytest.raises(ModelError, match="leaf asks for a column"):
        lightgbm_file.check(edited("leaf_features", lambda parts: ["5", *parts[1:]], LINEAR).encode(), "m.txt")


def test_other_letters_than_utf8_are_refused() -> None:
    with pytest.raises(ModelError, match="UTF-8"):
        lightgbm_file.load(TEXT.encode("utf-16"), "m.txt")


def test_training_settings_never_reach_the_parser() -> None:
    hostile = re.sub(r"\nparameters:\n", "\nparameters:\n[device_type: gpu]\n[num_threads: -9]\n", TEXT)
    assert b"gpu" not in lightgbm_file._without_settings(hostile.encode()).encode("utf-8")
    ours, theirs = (lightgbm_file.load(text.encode(), "m.txt").predict(FRAME) for text in (hostile, TEXT))
    np.testing.assert_array_equal(ours, theirs)


def test_the_library_reads_the_whole_text_and_keeps_its_levels() -> None:
    levels = FRAME.assign(city=pd.Categorical(np.where(FRAME.iloc[:, 0] > 0, "Oslo", "Bern")))
    train = lightgbm.Dataset(levels, np.arange(len(levels)) % 2)
    native = lightgbm.train({"verbose": -1, "min_data_in_leaf": 2, "num_threads": 1}, train, 3)
    text = native.model_to_string()
    plain, ours = lightgbm.Booster(model_str=text), lightgbm_file.load(text.encode(), "m.txt")
    assert ours.pandas_categorical == plain.pandas_categorical == [["Bern", "Oslo"]]
    trees = [one.model_to_string().split("\nparameters:")[0] for one in (ours, plain)]
    assert trees[0] == trees[1]
    np.testing.assert_array_equal(ours.predict(levels), plain.predict(levels))


def test_trees_are_checked_in_groups_that_leave_none_out(monkeypatch: pytest.MonkeyPatch) -> None:
    for sizes in ([], [1], [5_000] * 7, [9_000, 1, 1, 8_200, 3], [1] * 100):
        found = [place for some in tree_checks.groups(sizes) for place in range(len(sizes))[some]]
        assert found == list(range(len(sizes)))
    assert [(some.start, some.stop) for some in tree_checks.groups([8_192, 1, 8_191, 1])] == [(0, 1), (1, 3), (3, 4)]
    monkeypatch.setattr(tree_checks, "_AT_ONCE", 1)
    head, *trees = re.split(r"(?=^Tree=)", TEXT, flags=re.MULTILINE)
    last = re.sub(r"(?m)^(right_child=)-?\d", r"\g<1>9", trees[-1])  # of the same length but for a sign
    last = last if len(last) == len(trees[-1]) else last.replace("right_child=9", "right_child=-9")
    lightgbm_file.load(TEXT.encode(), "m.txt")
    with pytest.raises(ModelError):
        lightgbm_file.load((head + "".join(trees[:-1]) + last).encode(), "m.txt")


def test_sets_of_categories_that_are_announced_and_not_there_are_refused() -> None:
    """LightGBM ends its process where it misses them, and reads past its memory where it was not told of them."""
    none = edited("num_cat", lambda _: ["1"], LINEAR)
    assert "cat_boundaries" not in none
    with pytest.raises(ModelError, match="Its categories are out of range"):
        lightgbm_file.check(none.encode(), "m.txt")
