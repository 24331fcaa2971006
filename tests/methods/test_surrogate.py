"""Simple models that mimic known ones: the rules that were planted are found, the fidelity is scikit-learn's R2."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import r2_score
from sklearn.tree import DecisionTreeRegressor

from core import engine
from core.loading.frames import from_frame
from core.loading.match import match
from core.models import wrap
from core.results import Surrogate
from core.surrogates import fidelity, layout
from core.views import view, words
from tests.contract_cases import CASES, HOSTILE, case


def planted(rows: int = 400) -> tuple[object, object]:
    """A model of two rules, on a number and on levels."""
    random = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "age": random.integers(18, 80, rows),
            "noise": random.normal(size=rows).round(3),
            "home": random.choice(["own", "rent", "owes"], rows),
        }
    )

    def predict(data: pd.DataFrame) -> np.ndarray:
        answer = np.where(data["home"] == "rent", 1.0, 5.0)
        return np.where(data["age"] > 40, 20.0, answer)

    frame["y"] = predict(frame)
    both = match(wrap(predict, features=("age", "noise", "home")), from_frame(frame, target="y"))
    return both.model, both.table


def ask(name: str, **params) -> Surrogate:
    result = engine.explain("surrogate", *case(name), **params)
    assert isinstance(result, Surrogate)
    return result


def test_a_tree_of_two_rules_is_found_again() -> None:
    result = engine.explain("surrogate", *planted(), depth=2)
    assert isinstance(result, Surrogate)
    assert result.fidelity == pytest.approx(1)
    assert [node.rule for node in result.nodes] == [
        "", "age at most 40", "home is not rent", "home is rent", "age above 40",
    ]  # fmt: skip  # as the tree stands
    assert [node.value for node in result.nodes if not node.feature] == pytest.approx([5, 1, 20])
    assert result.nodes[0].feature == "age"
    assert set(result.features) == {"age", "home = rent"}
    sentence = view(result).sentence
    assert "repeats 100 %" in sentence
    assert f"highest answer is {words.output(20.0, 'target', 'y')} where age above 40" in sentence
    assert f"lowest {words.output(1.0, 'target', 'y')} where age at most 40 and home is rent" in sentence


def test_on_numbers_the_tree_is_scikit_learns_own() -> None:
    model, table = case("random forest, regression")
    result = ask("random forest, regression", depth=3, seed=5)
    frame, said = table.inputs, model.predict(table.inputs)[:, 0]
    apart = np.zeros(len(frame), dtype=bool)
    apart[np.random.default_rng(5).permutation(len(frame))[: len(frame) // 4]] = True
    theirs = DecisionTreeRegressor(max_depth=3, min_samples_leaf=2, random_state=0).fit(frame[~apart], said[~apart])
    assert result.fidelity == pytest.approx(r2_score(said[apart], theirs.predict(frame[apart])))
    assert len(result.nodes) == theirs.tree_.node_count
    leaves = sorted(node.value for node in result.nodes if not node.feature)
    assert leaves == pytest.approx(sorted(theirs.tree_.value[theirs.tree_.children_left < 0].ravel()))
    assert result.nodes[0].feature == frame.columns[theirs.tree_.feature[0]]


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("form", ["tree", "linear"])
def test_both_forms_answer_for_every_model(name: str, form: str) -> None:
    result = ask(name, form=form)
    assert result.fidelity <= 1
    assert view(result).rows
    children = [sum(node.rows for node in result.nodes if node.parent == at) for at in range(len(result.nodes))]
    for node, inside in zip(result.nodes, children, strict=True):
        assert inside == (node.rows if node.feature else 0), "children share their parent's rows"


def test_a_line_is_found_again_in_standard_deviations() -> None:
    random = np.random.default_rng(1)
    frame = pd.DataFrame({"a": random.normal(0, 3, 800), "b": random.normal(5, 0.5, 800)})
    frame["y"] = 2 * frame["a"] - 4 * frame["b"]
    both = match(
        wrap(lambda data: (2 * data["a"] - 4 * data["b"]).to_numpy(), features=("a", "b")),
        from_frame(frame, target="y"),
    )
    result = engine.explain("surrogate", both.model, both.table, form="linear")
    assert isinstance(result, Surrogate)
    assert result.fidelity > 0.999
    weights = dict(zip(result.features, result.weights, strict=True))
    assert weights["a"] == pytest.approx(2 * 3, rel=0.1)
    assert weights["b"] == pytest.approx(-4 * 0.5, rel=0.1)


def test_levels_of_hostile_names_are_rules_too() -> None:
    result = ask("pipeline with text levels", depth=6, only=(HOSTILE,))
    assert all(node.feature in ("", HOSTILE) for node in result.nodes)
    drawn = view(result)
    assert HOSTILE not in str(drawn.spec)


def test_a_missing_number_is_a_question_of_its_own() -> None:
    random = np.random.default_rng(3)
    frame = pd.DataFrame({"a": random.normal(size=300), "b": random.normal(size=300)})
    frame.loc[random.random(300) < 0.4, "a"] = np.nan
    frame["y"] = frame["a"].isna() * 7.0
    both = match(
        wrap(lambda data: data["a"].isna().to_numpy() * 7.0, features=("a", "b")), from_frame(frame, target="y")
    )
    result = engine.explain("surrogate", both.model, both.table, depth=1)
    assert isinstance(result, Surrogate)
    assert {node.rule for node in result.nodes} == {"", "a is known", "a is missing"}
    assert result.fidelity == pytest.approx(1)


def test_a_model_that_always_says_the_same_is_mimicked_by_no_question() -> None:
    frame = pd.DataFrame({"a": np.arange(40.0), "y": np.arange(40.0)})
    both = match(wrap(lambda data: np.full(len(data), 3.5), features=("a",)), from_frame(frame, target="y"))
    for form in ("tree", "linear"):
        result = engine.explain("surrogate", both.model, both.table, form=form)
        assert isinstance(result, Surrogate)
        assert result.fidelity == 1
        assert view(result).sentence.endswith(("hardly varies.", "No term moves it."))


def test_fidelity_is_r2() -> None:
    random = np.random.default_rng(2)
    said, mimicked = random.normal(size=(2, 50))
    assert fidelity(said, mimicked) == pytest.approx(r2_score(said, mimicked))
    assert fidelity(np.ones(4), np.zeros(4)) == 0


def test_leaves_stand_side_by_side_and_parents_between_them() -> None:
    result = ask("random forest, regression", depth=3)
    places = layout(result)
    leaves = [places[at][0] for at, node in enumerate(result.nodes) if not node.feature]
    assert sorted(leaves) == list(range(len(leaves)))
    for at, node in enumerate(result.nodes):
        below = [places[child][0] for child, other in enumerate(result.nodes) if other.parent == at]
        if node.feature:
            assert min(below) < places[at][0] < max(below)


def test_an_unfaithful_surrogate_says_so() -> None:
    frame = pd.DataFrame({"a": np.linspace(0, 60, 400)})
    frame["y"] = np.sin(frame["a"])
    both = match(wrap(lambda data: np.sin(data["a"].to_numpy()), features=("a",)), from_frame(frame, target="y"))
    result = engine.explain("surrogate", both.model, both.table, form="linear")
    assert result.checks[0].passed is False
    assert "too simple" in result.checks[0].text


@pytest.mark.parametrize(("level", "size"), [(1e12, 1.0), (0.0, 1e-12)])
def test_the_scale_of_the_answers_changes_nothing(level: float, size: float) -> None:
    """scikit-learn's trees take differences below 1e-8 for none, and lose them in squares of 1e12."""
    frame = planted()[1].frame

    def other(data: pd.DataFrame) -> np.ndarray:
        return level + size * np.where(data["age"] > 40, 20.0, np.where(data["home"] == "rent", 1.0, 5.0))

    both = match(wrap(other, features=("age", "noise", "home")), from_frame(frame, target="y"))
    plain, scaled = (engine.explain("surrogate", *case, depth=2) for case in (planted(), (both.model, both.table)))
    assert [node.rule for node in scaled.nodes] == [node.rule for node in plain.nodes]
    assert [(node.value - level) / size for node in scaled.nodes] == pytest.approx(
        [node.value for node in plain.nodes], abs=1e-3
    )
    assert scaled.fidelity == pytest.approx(plain.fidelity, abs=1e-6)
