"""The opcode machine against Python's own pickle: the same plain objects, and no stream that was cut is taken."""

from __future__ import annotations

import pickle
import pickletools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression

from core.errors import ModelError
from core.loading import pickles

WHOLE = st.integers(-(2**70), 2**70) | st.sampled_from([0, 255, 256, 65_535, 65_536, 2**31 - 1, -(2**31)])
LEAVES = (
    st.none() | st.booleans() | WHOLE | st.floats(allow_nan=False) | st.text(max_size=300) | st.binary(max_size=300)
)
PLAIN = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.tuples(inner, inner)
        | st.tuples(inner, inner, inner, inner)
        | st.dictionaries(st.text(max_size=5), inner, max_size=5)
    ),
    max_leaves=12,
)
PROTOCOLS = st.integers(0, pickle.HIGHEST_PROTOCOL)


@given(PLAIN, PROTOCOLS, st.booleans())
def test_plain_objects_come_back_as_pickle_reads_them(value: Any, protocol: int, short: bool) -> None:
    data = pickle.dumps([value, value, [value] * 300], protocol)
    data = pickletools.optimize(data) if short else data
    assert repr(pickles.load(data, "a.pkl")) == repr(pickle.loads(data))


@given(PLAIN, PROTOCOLS, st.data())
def test_a_stream_that_was_cut_is_refused(value: Any, protocol: int, data: st.DataObject) -> None:
    whole = pickle.dumps([value], protocol)
    end = data.draw(st.integers(1, len(whole) - 1))
    with pytest.raises(ModelError, match="refused"):
        pickles.load(whole[:end], "a.pkl")


@pytest.mark.parametrize("size", [0, 1, 255, 256, 300, 70_000])
def test_every_size_of_places_in_the_memo(size: int) -> None:
    """More than 256 objects are recalled by four bytes, the first of them by one."""
    texts = [f"text {place}" for place in range(size)]
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        data = pickle.dumps([texts, texts[::-1]], protocol)
        assert pickles.load(data, "a.pkl") == [texts, texts[::-1]]


def fitted() -> LinearRegression:
    return LinearRegression().fit([[0.0], [1.0], [2.0]], [0.0, 1.0, 4.0])


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("predict", "replaces the method predict"),
        ("__class__", "special attribute"),
        ("no name", "whose name is not one"),
        ("fit" + "t" * 200, ""),
        ("score", "replaces the method score"),
    ],
)
def test_a_name_is_refused_again_and_again(name: str, words: str) -> None:
    """What a name means to a class is remembered; a refusal is made anew, an attribute that may be is taken."""
    model = fitted()
    vars(model)[name] = 1.0
    data = pickle.dumps(model)
    for _turn in range(2):
        if words:
            with pytest.raises(ModelError, match=words):
                pickles.load(data, "a.pkl")
        else:
            assert getattr(pickles.load(data, "a.pkl"), name) == 1.0
