"""The fairness check: small groups, cutoffs of groups, columns beside the features, several classes, words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import core
from core import export
from core.comparison import together
from core.errors import InputError, NotApplicable
from core.fairness import MEASURES, beyond_chance, judged, outside, verdict
from core.results import Fairness, Together
from core.types import Model, Table
from core.views import view
from core.views.fairness import pictures
from tests.contract_cases import case

PICKED = ("check", "scores", "stacked", "radar", "performance", "heat", "cutoffs", "own")


def made(rows: int = 600) -> tuple[Model, Table]:
    """People of three towns, one of them with eight people; the score favours the north. The town is no feature."""
    random = np.random.default_rng(0)
    frame = pd.DataFrame({"skill": random.random(rows).round(3), "north": random.integers(0, 2, rows)})
    frame["town"] = np.where(frame["north"] == 1, "north", "south")
    frame.loc[:7, "town"] = "isle"
    frame["works"] = np.where(random.random(rows) < 0.2 + 0.6 * frame["skill"], "yes", "no")

    def score(rows: pd.DataFrame) -> np.ndarray:
        return np.clip(rows["skill"] * 0.69 + 0.3 * rows["north"], 0, 1).to_numpy()

    model = core.model(score, features=("skill", "north"), classes=("no", "yes"))
    return model, core.table(frame, target="works")


MODEL, TABLE = made()


def ask(model: Model = MODEL, table: Table = TABLE, **params: object) -> Fairness:
    found = core.explain("fairness", model, table, **{"protected": "town", **params})
    assert isinstance(found, Fairness)
    return found


def told(found: Fairness, name: str) -> str:
    return " ".join(check.text for check in found.checks if check.name == name)


def test_a_column_that_the_model_does_not_take_groups_the_rows() -> None:
    found = ask()
    assert set(found.groups) == {"north", "south", "isle"}
    said = TABLE.frame
    chance = (said["skill"] * 0.69 + 0.3 * said["north"]).to_numpy()
    for at, group in enumerate(found.groups):
        rows = (said["town"] == group).to_numpy()
        assert found.counts[at] == rows.sum()
        assert found.scores[at, list(MEASURES).index("STP")] == pytest.approx((chance[rows] >= 0.5).mean())


def test_eight_people_get_no_verdict_but_their_count_and_an_interval() -> None:
    found = ask()
    isle = found.groups.index("isle")
    assert not judged(found)[isle].any()
    assert "isle” and" not in view(found).sentence
    assert "isle: 8" in told(found, "small groups")
    wide, narrow = (found.ratio_high[at, 9] - found.ratio_low[at, 9] for at in (isle, 3 - isle))
    assert wide > 3 * narrow
    assert judged(ask(min_rows=1))[isle].any()


def test_the_verdict_is_about_what_is_out_of_bounds() -> None:
    found = ask(privileged="north")
    assert verdict(found) == "not fair"
    sentence = view(found).sentence
    assert "“north”" in sentence
    assert "no proof" not in sentence
    sure = judged(found) & outside(found) & beyond_chance(found)
    assert sure[found.groups.index("south"), list(MEASURES).index("STP")]
    assert verdict(ask(privileged="north", epsilon=0.02)) == "fair"
    assert "no proof" in view(ask(privileged="north", epsilon=0.02)).sentence
    assert "base rates" in told(found, "base rates")


def test_what_is_not_defined_is_said_and_never_counted() -> None:
    nobody = ask(cutoff=1.0, privileged="north")  # nobody is named: no PPV anywhere, STP 0 in both
    at = list(MEASURES).index("PPV")
    assert np.isnan(nobody.scores[:, at]).all()
    assert not judged(nobody)[:, at].any()
    assert "PPV of south" in told(nobody, "not judged")
    assert "0 in both groups" in told(nobody, "not judged")
    alone = ask(cutoffs="south = 1.0", privileged="north")
    place = (alone.groups.index("south"), list(MEASURES).index("TPR"))
    assert alone.ratios[place] == 0
    assert judged(alone)[place]
    assert outside(alone)[place], "a group that is never found is out of bounds; dalex leaves it out"


def test_a_groups_cutoff_changes_its_measures_only() -> None:
    before, after = ask(privileged="north"), ask(privileged="north", cutoffs="south = 0.3")
    south = before.groups.index("south")
    others = [at for at in range(3) if at != south]
    assert (before.scores[others] == after.scores[others]).all()
    assert after.scores[south, 0] > before.scores[south, 0]
    assert after.cutoffs is not None
    assert after.cutoffs[south] == 0.3
    assert ask(privileged="north", cutoffs='{"south": 0.3}').scores[south] == pytest.approx(after.scores[south])


def test_curves_are_the_parity_losses_of_checks_at_these_cutoffs() -> None:
    found = ask(privileged="north", moved="south", cutoffs="isle = 0.2")
    for picture, params in (("cutoffs", {"cutoff": 0.4}), ("own", {"cutoffs": "isle = 0.2; south = 0.4"})):
        other = ask(privileged="north", **params)
        for curve in (curve for curve in found.curves if curve.id == picture):
            at = curve.x.tolist().index(0.4)
            wanted = np.abs(np.log(other.ratios[:, list(MEASURES).index(curve.name)])).sum()
            assert curve.y[at] == pytest.approx(wanted, nan_ok=True)


@pytest.mark.parametrize(
    "params",
    [
        {"protected": "nowhere"}, {"privileged": "west"}, {"cutoffs": "west = 0.3"}, {"cutoffs": "south = 3"},
        {"moved": "west"}, {"bounds": "a"}, {"protected": "works"},
    ],
)  # fmt: skip
def test_what_does_not_exist_is_refused_in_words(params: dict[str, str]) -> None:
    with pytest.raises(InputError):
        ask(**params)


def test_one_class_of_several_is_held_against_the_rest() -> None:
    model, table = case("lightgbm, three classes")
    found = core.explain("fairness", model, table, output="low", protected="a")
    assert isinstance(found, Fairness)
    chance = model.predict(table.inputs)[:, model.classes.index("low")]
    first = found.groups[0]
    rows = (table.frame["a"] <= table.frame["a"].quantile(0.25)).to_numpy() if "at most" in first else None
    if rows is not None:
        assert found.scores[0, 9] == pytest.approx((chance[rows] >= 0.5).mean())
    assert "against all other classes" in told(found, "one against the rest")


def test_weights_count_as_if_rows_were_repeated() -> None:
    counts = np.random.default_rng(1).integers(1, 4, len(TABLE))
    frame = TABLE.frame.assign(times=counts)
    weighed = ask(table=core.table(frame, target="works", weights="times"), privileged="north")
    again = ask(
        table=core.table(frame.loc[frame.index.repeat(counts)].drop(columns="times"), target="works"),
        privileged="north",
    )
    order = [again.groups.index(name) for name in weighed.groups]
    assert weighed.scores == pytest.approx(again.scores[order], nan_ok=True)
    assert (weighed.bases <= again.bases[order] + 1e-9).all(), "weights are not more rows: intervals stay honest"
    assert again.curves[0].y == pytest.approx(weighed.curves[0].y, nan_ok=True)


def test_a_model_of_numbers_and_no_truth_are_told() -> None:
    with pytest.raises(NotApplicable, match="of numbers"):
        core.explain("fairness", *case("random forest, regression"))


@pytest.fixture(scope="module")
def one() -> Fairness:
    return ask(privileged="north")


@pytest.fixture(scope="module")
def both(one: Fairness) -> Together:
    return together([one, ask(privileged="north", cutoff=0.4)], ["first", "second"])


@pytest.mark.parametrize("picture", PICKED)
def test_every_picture_of_one_model_and_of_two_is_drawn_everywhere(picture: str, one: Fairness, both: Together) -> None:
    assert set(pictures(one)) == set(PICKED)
    for result in (one, both):
        drawn = view(result, picture=picture)
        assert drawn.rows
        assert "town" in drawn.sentence
        assert export.to_picture(result, "png", picture=picture, dpi=40).startswith(b"\x89PNG")
    assert len({row.get("who") or row.get("curve") for row in view(both, picture=picture).rows} - {None}) >= 2


def test_pictures_do_not_depend_on_the_numbers_and_hold_them() -> None:
    one, other = ask(privileged="north"), ask(protected="skill")
    for picture in PICKED:
        assert view(one, picture=picture).spec == view(other, picture=picture).spec
    south = one.groups.index("south")
    check = [row for row in view(one).rows if row["role"] == "dot" and row["label"].startswith("south")]
    places = [one.measures.index(name) for name in one.checked]
    assert [row["value"] for row in check] == pytest.approx(np.clip(one.ratios[south, places], 1 / 8, 8))
    stacked = view(one, picture="stacked").rows
    total = sum(row["value"] for row in stacked if row["who"] == "south")
    assert total == pytest.approx(np.abs(np.log(one.ratios[south, places])).sum())
    assert len(view(one).table) == 3 * len(MEASURES)


def test_curves_of_other_groups_say_whose_they_are() -> None:
    answers = [ask(privileged="north", moved=name) for name in ("south", "isle")]
    drawn = view(together(answers, ["first", "second"]), picture="own")
    assert {row["curve"] for row in drawn.rows} == {"first: south", "second: isle"}


def test_comparisons_of_other_groups_are_not_put_together() -> None:
    with pytest.raises(InputError, match="different groups"):
        together([ask(privileged="north"), ask(protected="skill")], ["a", "b"])
