"""The local model in closed form against scikit-learn and the ``lime`` package on the same design."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.metrics import pairwise_distances

from core.lime.fit import fit, nearness


def design(size: int = 403, p: int = 9, seed: int = 0) -> tuple[Any, Any, Any]:
    rng = np.random.default_rng(seed)
    x = (rng.random((size, p)) < 0.4).astype(float)
    x[0] = 1
    y = x @ rng.normal(size=p) + 0.3 * rng.normal(size=size)
    return x, y, nearness(x, "euclidean", 1.5)


@pytest.mark.parametrize("metric", ["euclidean", "manhattan", "cosine"])
def test_nearness_is_the_package_s_kernel(metric: str) -> None:
    x, *_ = design()
    x[7] = 0
    distance = pairwise_distances(x, x[:1], metric=metric).ravel()
    np.testing.assert_allclose(nearness(x, metric, 1.5), np.sqrt(np.exp(-(distance**2) / 1.5**2)), atol=1e-12)


@pytest.mark.parametrize("selection", ["auto", "highest_weights", "forward_selection", "lasso_path", "none"])
@pytest.mark.parametrize("count", [1, 4, 8, 20])
def test_the_fit_is_the_package_s(selection: str, count: int) -> None:
    from lime.lime_base import LimeBase

    x, y, w = design()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        base = LimeBase(lambda _distances: w, random_state=0)
        intercept, weights, r2, local = base.explain_instance_with_data(x, y[:, None], None, 0, count, selection)
    ours = fit(x, y, w, count, selection)
    if selection == "lasso_path" and count == 1 and len(weights) != 1:
        pytest.skip("the package takes more than asked when the path jumps over the count")
    assert [int(item) for item, _ in weights] == ours.picked.tolist()
    np.testing.assert_allclose(ours.coefficients, [weight for _, weight in weights], atol=1e-10)
    assert ours.intercept == pytest.approx(intercept)
    assert ours.r2 == pytest.approx(r2)
    assert ours.intercept + ours.coefficients @ x[0, ours.picked] == pytest.approx(local[0])


def test_columns_that_say_the_same_do_not_break_it() -> None:
    x, y, w = design()
    x[:, 3] = x[:, 2]
    x[:, 5] = 1
    for selection in ("forward_selection", "highest_weights", "none", "lasso_path"):
        result = fit(x, y, w, 6, selection)
        assert np.isfinite(result.coefficients).all()
        assert len(set(result.picked.tolist())) == len(result.picked)
    ridge = Ridge(alpha=1).fit(x, y, sample_weight=w)
    told = fit(x, y, w, 9, "none")
    np.testing.assert_allclose(told.coefficients, ridge.coef_[told.picked], atol=1e-10)


def test_the_spread_is_a_delete_a_group_jackknife() -> None:
    x, y, w = design(400)
    result = fit(x, y, w, 9, "none")
    fits = []
    for group in range(20):
        keep = np.arange(400) % 20 != group
        fits.append(Ridge(alpha=1).fit(x[keep], y[keep], sample_weight=w[keep]).coef_)
    spread = np.sqrt(19 / 20 * ((np.array(fits) - np.mean(fits, axis=0)) ** 2).sum(axis=0))
    np.testing.assert_allclose(result.spread, spread[result.picked], rtol=1e-8)


def test_a_model_that_never_varies_fits_perfectly() -> None:
    x, _, w = design()
    flat = fit(x, np.full(len(x), 0.7), w, 5, "auto")
    np.testing.assert_allclose(flat.coefficients, 0, atol=1e-12)
    assert flat.intercept == pytest.approx(0.7)
    assert flat.r2 == 1


def test_a_high_level_takes_no_digits_from_the_fit() -> None:
    """Sums of squares of 1e12 and a bit lose the bit: the fit then seemed perfect."""
    x, y, w = design()
    low, high = fit(x, y, w, 5, "auto"), fit(x, np.round(y * 2**20) / 2**20 + 1e9, w, 5, "auto")
    assert high.picked.tolist() == low.picked.tolist()
    assert high.coefficients == pytest.approx(low.coefficients, abs=1e-5)
    assert high.spread == pytest.approx(low.spread, abs=1e-5)
    assert (high.r2, high.intercept) == pytest.approx((low.r2, low.intercept + 1e9), abs=1e-5)


def test_answers_that_are_all_the_same_have_no_rules() -> None:
    x, _, w = design()
    for level in (0.3, 7e11, 0.0):
        found = fit(x, np.full(len(x), level), w, 5, "auto")
        assert not found.coefficients.any()
        assert not found.spread.any()
        assert (found.r2, found.intercept) == pytest.approx((1.0, level))
