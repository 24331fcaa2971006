"""Trees cut into tips: those of few questions whole, whatever they repeat and leave out; terms find their features."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from core.portable import Portable, Trees
from core.portable.evaluate import encode, sums
from core.shapley import covers, tables
from core.shapley.paths import Paths, follow
from core.shapley.tips import BITS, cut
from tests.shapley import oracle, zoo


@cache
def read(name: str) -> tuple[Portable, Trees, np.ndarray]:
    """A model of the zoo; or CatBoost's symmetric trees, in which questions that are answered already are left out."""
    if name in zoo.TREES:
        model, table = zoo.get(name)
    else:
        catboost = pytest.importorskip("catboost")
        frame = zoo.numbers()
        how = {"iterations": 15, "depth": 6, "verbose": 0, "allow_writing_files": False, "thread_count": 1}
        fitted = catboost.CatBoostRegressor(**how).fit(frame[zoo.NUMBERS[:3]], frame["number"])
        model, table = zoo.case(fitted, frame, zoo.NUMBERS[:3], "number")
    portable = model.portable()
    assert isinstance(portable.body, Trees)
    return portable, portable.body, encode(portable, table.rows(range(60)))


def questions(paths: Paths, tree: int) -> set[tuple[int, float, bool]]:
    """Different questions of a tree, by walking it."""
    trees, found, waiting = paths.trees, set(), [int(paths.levels[0][tree])]
    while waiting:
        node = waiting.pop()
        if trees.left[node] >= 0:
            found.add((int(trees.feature[node]), float(trees.threshold[node]), bool(trees.missing_left[node])))
            waiting += [int(trees.left[node]), int(trees.right[node])]
    return found


def test_a_tree_of_few_questions_is_one_tip() -> None:
    portable, trees, _ = read("catboost")
    paths = follow(portable)
    tips = cut(paths)
    assert tips is not None
    assert (np.bincount(tips.leaf_tip) < 1 << tips.size).any(), "some trees leave questions out"
    asked = [len(questions(paths, tree)) for tree in range(len(trees.roots))]
    assert all(0 < count <= BITS for count in asked)
    assert len(tips.root) == len(trees.roots)
    assert dict(zip(tips.root.tolist(), tips.size.tolist(), strict=True)) == dict(
        zip(paths.levels[0].tolist(), asked, strict=True)
    )
    assert len(tips.inner) == sum(asked)


@pytest.mark.parametrize("name", ["catboost", "hist number"])
def test_terms_find_their_features_by_either_way(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A product with zeros and ones, and counting out; and both say what walking down both ways says."""
    portable, trees, encoded = read(name)
    paths = follow(portable)
    tips = cut(paths)
    assert tips is not None
    worth, own = np.ascontiguousarray(trees.value[:, 0]), float(trees.base[0])
    quick = covers.tables(paths, tips, worth, len(portable.features), own)
    monkeypatch.setattr(tables, "PLACES", 0)
    slow = covers.tables(paths, tips, worth, len(portable.features), own)
    assert all(part.place is not None for part in quick.parts)
    assert all(part.place is None for part in slow.parts)
    values, output = quick.values(encoded)
    assert values == pytest.approx(slow.values(encoded)[0], abs=1e-12 * float(np.abs(values).max()))
    assert output == pytest.approx(sums(portable, encoded)[:, 0], abs=1e-9)
    for at in (0, 31):
        assert values[at] == pytest.approx(oracle.along_covers(portable, encoded[at], 0)[0], abs=1e-9)


def test_a_tree_of_many_questions_is_cut() -> None:
    portable, trees, _ = read("forest number")
    paths = follow(portable)
    tips = cut(paths)
    assert tips is not None
    assert len(tips.root) > len(trees.roots)
    assert (tips.size <= max(BITS, int(paths.count.max()))).all()
