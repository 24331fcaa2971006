"""What background rows fail at each leaf, as it is kept for the walk: equal to following every row down every path."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.ensemble import RandomForestRegressor

from benchmarks._places import failures
from core.models import wrap
from core.shapley import against as meeting
from core.shapley.against import alike
from core.shapley.packed import NODE, WORTH, pack, rounded
from core.shapley.pages import LINE, rooms
from core.shapley.paths import follow

RANDOM = np.random.default_rng(5)
ROWS = RANDOM.normal(size=(120, 30)).round(1)  # ties, too


def kept(width, background, room=10**8):
    """A small forest grown on some columns, and some rows that it meets."""
    forest = RandomForestRegressor(3, random_state=0).fit(ROWS[:, :width], ROWS[:, 0] * ROWS[:, 1] + ROWS[:, 2])
    paths = follow(wrap(forest).portable())
    packed = pack(paths, width, width)
    rows = alike(paths, rounded(paths, background[:, :width]))
    worth = np.arange(len(packed.leaf), dtype=float)
    return paths, packed, rows, meeting.against(packed, worth, rows, width, room)


def read_spans(packed, found):
    """Players that each row fails at each leaf, from ranks, begins and lengths."""
    lines, worth, _, _, ranks = found.leaves
    records = lines.reshape(-1, LINE)[packed.leaves_at].reshape(len(packed.leaf), -1)
    lanes = int(worth) // 2
    begins, lengths = records[:, lanes : 2 * lanes].astype(int), records[:, :lanes].astype(int)
    last = np.where(lengths == 255, 255, begins + lengths)
    assert (records[:, -WORTH:].view(float).ravel() == np.arange(len(packed.leaf))).all()
    used = ranks[None, :, :lanes].astype(int)
    outside = (used < begins[:, None, : ranks.shape[1]]) | (used > last[:, None, : ranks.shape[1]])
    return (outside * (1 << np.arange(outside.shape[2]))).sum(axis=2)


@pytest.mark.parametrize("width", [5, 28, 30])  # a leaf takes a line of memory, and two
@pytest.mark.parametrize("size", [1, 64, 120])
def test_spans_say_what_every_row_fails(width, size):
    paths, packed, rows, found = kept(width, ROWS[:size])
    assert len(found.leaves[4]) == size
    np.testing.assert_array_equal(read_spans(packed, found), failures(paths, rows)[packed.leaf])


def test_rows_in_several_pieces_are_written_down(monkeypatch):
    """The same rows ranked by another column than the one that is asked: no span holds them."""
    real = meeting._ranks
    monkeypatch.setattr(meeting, "_ranks", lambda nodes, rows, features: real(nodes, rows[:, ::-1].copy(), features))
    paths, packed, rows, found = kept(5, ROWS[:50])
    lines, _, failing, _, ranks = found.leaves
    assert not len(ranks)
    np.testing.assert_array_equal(failing[:, :, 0], failures(paths, rows)[packed.leaf])
    numbers = lines.reshape(-1, LINE)[packed.leaves_at].reshape(len(packed.leaf), -1)[:, :8].copy().view(np.uint64)
    assert (numbers.ravel() == np.arange(len(packed.leaf))).all()
    assert kept(5, ROWS[:50], room=1000)[3] is None


def test_every_node_and_record_has_lines_of_its_own_and_children_lie_side_by_side():
    _, packed, _, found = kept(5, ROWS)
    places = np.concatenate([packed.nodes_at, packed.leaves_at.ravel()])
    assert len(np.unique(places)) == len(places)
    assert found.nodes.ctypes.data % LINE == 0
    low, high = (np.where(found.nodes[side] < 0, -1 - found.nodes[side], found.nodes[side]) for side in ("low", "high"))
    assert (low[packed.nodes_at] % 2 == 0).all()
    assert (high[packed.nodes_at] == low[packed.nodes_at] + 1).all()


def test_rooms_are_apart_from_each_other_and_empty():
    one, two, none = rooms((NODE, (3,)), (float, (2, 5)), (np.uint8, (0, 0)))
    assert one.shape == (3,)
    assert two.shape == (2, 5)
    assert none.shape == (0, 0)
    assert not one.view(np.uint8).any()
    assert not two.any()
    assert one.ctypes.data % LINE == two.ctypes.data % LINE == 0
    assert two.ctypes.data - one.ctypes.data >= one.nbytes + LINE
