"""A search as a picture, a table, a sentence and files: all trials, the best so far, what failed, how sure it is."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from core import export
from core.codec import decode, encode
from core.results import Span, Trial, Trials, same
from core.views import view
from core.views.trials import OWN

EVIL = "<img src=x onerror=alert(1)>"
SPACE = (Span("depth", "int", 1, 9), Span("kind", "choice", choices=("a", EVIL, (5, 3), None)))


def trial(number: int, loss: float, kind: object = "a", problem: str = "") -> Trial:
    params = {"depth": number, "kind": kind}
    if problem:
        return Trial(number, params, problem=problem)
    return Trial(number, params, (loss - 0.1, loss, loss + 0.1), loss)


def search(error: float = 0.01) -> Trials:
    tried = (
        trial(1, 0.5),
        trial(2, 0, EVIL, problem=f"ValueError: {EVIL}"),
        trial(3, 0.3, (5, 3)),
        trial(4, 0.4, None),
    )
    return Trials("y", "error rate", "random", SPACE, trial(0, 0.6), tried, 2, 4, 100, (0.55, 0.35), 25, error)


def test_each_trial_is_a_dot_and_the_best_so_far_never_rises() -> None:
    drawn = view(search())
    tried = [row for row in drawn.rows if row["kind"] != "own"]
    assert [row["trial"] for row in tried] == [1, 3, 4], "what failed has no place on the axis"
    assert [row["best"] for row in tried] == pytest.approx([0.5, 0.3, 0.3])
    assert [row["trial"] for row in tried if row["kind"] == "best"] == [3]
    assert drawn.rows[0]["loss"] == pytest.approx(0.6)
    assert tried[0]["high"] - tried[0]["low"] == pytest.approx(2 * np.std([0.4, 0.5, 0.6], ddof=1))


def test_the_table_holds_every_trial_with_its_settings_and_what_went_wrong() -> None:
    table = view(search()).table
    assert table["trial"].tolist() == [OWN, "1", "2", "3", "4"]
    assert table["kind"].tolist() == ["a", "a", EVIL, "(5, 3)", "None"]
    assert table["what went wrong"].tolist() == ["", "", f"ValueError: {EVIL}", "", ""]
    assert np.isnan(table["error rate"][2])


def test_names_from_outside_are_data_only() -> None:
    assert EVIL not in json.dumps(view(search()).spec)
    assert view(search()).spec == view(replace(search(), label=EVIL)).spec


def test_the_sentence_says_both_scores_with_their_spread_and_the_verdict() -> None:
    assert "0.3 (± 0.1 over the folds)" in view(search()).sentence
    assert "it is 0.6 (± 0.1). That is a clear gain." in view(search()).sentence
    assert "within the spread" in view(search(error=0.2)).sentence
    assert "no better" in view(replace(search(), original=trial(0, 0.2))).sentence
    assert "4 of 9 trials" in view(replace(search(), planned=9)).sentence
    nothing = view(replace(search(), trials=(), best=-1))
    assert "none has a score yet" in nothing.sentence
    assert len(nothing.rows) == 1


def test_all_of_it_is_in_the_json_and_comes_back() -> None:
    found = search()
    body = json.loads(json.dumps(export.to_json(found), allow_nan=False))
    assert (body["best"], body["clear"], body["apart"]) == (3, True, {"rows": 25, "original": 0.55, "best": 0.35})
    assert body["trials"][2]["params"] == {"depth": 3, "kind": [5, 3]}
    assert body["trials"][1]["problem"].endswith(EVIL)
    assert body["trials"][1]["loss"] is None
    assert body["space"][0] == {"name": "depth", "kind": "int", "low": 1, "high": 9, "log": False, "choices": []}
    assert same(decode(json.loads(json.dumps(encode(found)))), found)


def test_it_is_drawn_also_while_nothing_is_tried() -> None:
    assert export.to_picture(search(), "png", dpi=40).startswith(b"\x89PNG")
    assert export.to_picture(replace(search(), trials=(), best=-1), "svg", dpi=40)
    assert b"onerror" not in export.to_picture(search(), "svg", dpi=40)
