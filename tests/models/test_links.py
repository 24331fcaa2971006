"""Links from margins to predictions, compared with scipy, and at the ends of the range of floats."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import special

from core.models.links import sigmoid, softmax, two_columns

MARGINS = arrays(np.float64, st.integers(1, 8), elements=st.floats(-1e6, 1e6))


@given(MARGINS)
def test_sigmoid_is_scipy_s_and_symmetric(margin: np.ndarray) -> None:
    found = sigmoid(margin)
    np.testing.assert_allclose(found, special.expit(margin), rtol=1e-14)
    np.testing.assert_allclose(found + sigmoid(-margin), 1.0, rtol=1e-15)


def test_sigmoid_does_not_overflow() -> None:
    with np.errstate(over="raise", invalid="raise"):
        assert sigmoid([-1e308, 0.0, 1e308]).tolist() == [0.0, 0.5, 1.0]
    assert sigmoid(np.float32(0.0)).dtype == np.float64


@given(arrays(np.float64, st.tuples(st.integers(1, 5), st.integers(1, 5)), elements=st.floats(-1e5, 1e5)))
def test_softmax_is_scipy_s_and_blind_to_a_shift(scores: np.ndarray) -> None:
    found = softmax(scores)
    np.testing.assert_allclose(found, special.softmax(scores, axis=1), rtol=1e-12, atol=1e-300)
    np.testing.assert_allclose(found.sum(axis=1), 1.0)
    np.testing.assert_allclose(softmax(scores + 64.0), found, rtol=1e-9, atol=1e-300)


def test_softmax_of_large_scores_stays_a_probability() -> None:
    with np.errstate(over="raise", invalid="raise"):
        np.testing.assert_array_equal(softmax([[1e300, 0.0], [-1e300, -1e300]]), [[1.0, 0.0], [0.5, 0.5]])


@pytest.mark.parametrize("given_as", [[0.25, 1.0], [[0.25], [1.0]], np.array([0.25, 1.0], dtype=np.float32)])
def test_two_columns_hold_both_classes(given_as: object) -> None:
    np.testing.assert_array_equal(two_columns(given_as), [[0.75, 0.25], [0.0, 1.0]])
