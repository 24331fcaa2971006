"""The article's question: what makes people of the United States happy, by LIME's rules of a network."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from core import engine
from core.loading.frames import from_frame
from core.models import wrap
from tests.reference.cases import CASES, HAPPINESS

SEEDS = 6


def test_six_rules_for_the_united_states_have_the_signs_of_the_package(shared_data) -> None:
    lime_tabular = pytest.importorskip("lime.lime_tabular")
    case = next(one for one in CASES.values() if one.file == "happiness.csv")
    whole = pd.read_csv(shared_data / "happiness.csv")
    frame, row = whole[list(HAPPINESS)], int(np.flatnonzero(whole["country"] == "United States")[0])
    network = case.build().fit(frame, whole["score"])
    package = lime_tabular.LimeTabularExplainer(
        frame.to_numpy(), mode="regression", feature_names=list(HAPPINESS), random_state=0
    )

    def predict(values: np.ndarray) -> np.ndarray:
        return network.predict(pd.DataFrame(values, columns=frame.columns))

    theirs, ours = np.zeros((2, SEEDS, len(HAPPINESS)))
    table = from_frame(frame, "happiness", target="", label="")
    for seed in range(SEEDS):
        said = package.explain_instance(frame.iloc[row].to_numpy(), predict, num_features=6).as_map()
        theirs[seed, [feature for feature, _ in said[1]]] = [weight for _, weight in said[1]]
        found = engine.explain("lime", wrap(network), table, row, num_features=6, seed=seed)
        assert len(found.features) == 6
        ours[seed] = [found.values[found.features.index(name)] for name in HAPPINESS]
    spread = np.maximum(theirs.std(axis=0, ddof=1), ours.std(axis=0, ddof=1))
    clear = np.abs(theirs.mean(axis=0)) > 3 * spread  # a sign that other seeds turn is none
    assert clear.sum() >= 4
    assert (np.sign(ours.mean(axis=0)) == np.sign(theirs.mean(axis=0)))[clear].all()
