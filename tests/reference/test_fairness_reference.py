"""Fairness through ``core.explain`` and as dalex computes it (``make_fairness.py`` wrote ``fairness.json``).

dalex rounds every score to three digits before it divides, so its ratios are those of our rounded scores.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import core
from core.fairness import exceeded, over, parity_loss, pivot, verdict
from core.mitigation import resampled, weights
from core.results import Fairness
from tests.reference.fairness_cases import CASES, FairCase

SAID: dict[str, Any] = json.loads(Path(__file__).with_name("fairness.json").read_text(encoding="utf-8"))
CLASSES = [name for name, case in CASES.items() if case.positive]


def ask(case: FairCase, folder: Path, **more: Any) -> Fairness:
    frame = case.table(folder)
    if case.positive:
        classes = sorted(frame[case.target].astype(str).unique(), key=lambda name: name == case.positive)
        model = core.model(case.score, features=case.features, classes=classes)
    else:
        model = core.model(case.score, features=case.features, task="regression")
    given: dict[str, Any] = {"protected": case.protected, "privileged": case.privileged, "bounds": case.bounds}
    if case.positive:
        given["cutoffs"] = "; ".join(f"{name} = {value}" for name, value in case.cutoffs.items())
    name = "fairness" if case.positive else "fairness_regression"
    table = core.table(frame, target=case.target)
    found = core.explain(name, model, table, rows=1_000_000, min_rows=1, **given, **more)
    assert isinstance(found, Fairness)
    return found


@pytest.mark.parametrize("name", CLASSES)
def test_scores_ratios_parity_loss_and_verdict_are_those_of_dalex(name: str, shared_data: Path) -> None:
    found, said = ask(CASES[name], shared_data), SAID[name]
    assert set(found.groups) == set(said["scores"])
    for group, measures in said["scores"].items():
        mine = dict(zip(found.measures, found.scores[found.groups.index(group)], strict=True))
        assert {key: round(value, 3) for key, value in mine.items()} == measures
    rounded = np.round(found.scores, 3)
    ratios = over(rounded, rounded[:1])
    for at, measure in enumerate(found.measures):
        theirs = [said["ratios"][group][measure] for group in found.groups]
        assert ratios[:, at] == pytest.approx(theirs, rel=1e-9)
        assert found.ratios[:, at] == pytest.approx(theirs, rel=0.01), "rounding moves them by a percent at most"
        assert parity_loss(ratios)[at] == pytest.approx(said["parity loss"][measure], rel=1e-8)
    told = said["said"]
    assert all(measure in told for measure in exceeded(found))
    count = len(exceeded(found))
    assert f"in {count} metric" in told if count else "No bias" in told
    assert verdict(found) == ("fair", "open", "not fair")[min(count, 2)]


@pytest.mark.parametrize("name", [name for name in CASES if name not in CLASSES])
def test_the_criteria_of_numbers_and_the_verdict_are_those_of_dalex(name: str, shared_data: Path) -> None:
    found, said = ask(CASES[name], shared_data, draws=0), SAID[name]
    assert {*found.groups[1:]} == set(said["ratios"])
    for group, ratios in said["ratios"].items():
        mine = dict(zip(found.measures, found.ratios[found.groups.index(group)], strict=True))
        assert {key: mine[key] for key in ratios} == pytest.approx(ratios, rel=1e-3), (
            "its regressions end early; ours do not"
        )
    assert (verdict(found) == "fair") == ("No bias" in said["said"])


@pytest.mark.parametrize("name", CLASSES)
def test_mitigation_is_that_of_dalex(name: str, shared_data: Path) -> None:
    case, said = CASES[name], SAID[name]
    frame = case.table(shared_data)
    known, groups, chance = case.known(frame), case.groups(frame), case.score(frame)
    own = weights(groups, known)
    drawn = resampled(groups, known, seed=3)
    for key, weight in said["weights"].items():
        group, klass = key.rpartition(" ")[::2]
        rows = (groups == group) & (known == int(klass))
        assert own[rows] == pytest.approx(weight, rel=1e-9)
        assert rows[drawn].sum() == said["uniform"][key]
    head = slice(0, len(said["preferred"]))
    chosen = resampled(groups[head], known[head], how="preferential", chance=chance[head])
    counts = np.bincount(chosen, minlength=len(said["preferred"]))
    for one in np.unique(groups[head]):
        for klass in (0, 1):
            rows = np.flatnonzero((groups[head] == one) & (known[head] == klass))
            wanted = round((groups[head] == one).sum() * (known[head] == klass).sum() / len(counts))
            assert counts[rows].sum() == wanted
            if wanted:  # where none is wanted, dalex keeps all of them ([-0:])
                mine, theirs = (chance[rows].repeat(held[rows]) for held in (counts, np.array(said["preferred"])))
                assert np.sort(mine) == pytest.approx(np.sort(theirs)), "ties apart, the same rows"
    turned = pivot(chance, np.full(len(chance), 0.5), groups == case.privileged, 0.06)
    assert np.flatnonzero(turned != chance).tolist() == said["turned"]
    assert turned.sum() == pytest.approx(said["turned sum"])


def test_a_pivoted_check_counts_the_turned_decisions(shared_data: Path) -> None:
    found = ask(CASES["income by sex"], shared_data, pivot=0.06)
    told = next(check for check in found.checks if check.name == "turned")
    assert told.value == len(SAID["income by sex"]["turned"])
    assert found.scores[1, found.measures.index("STP")] > ask(CASES["income by sex"], shared_data).scores[1, 9]
