"""A report without data: no other row than the chosen ones can be put together from what the file holds."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

import core
from tests.contract_cases import HOSTILE, mixed_frame
from tests.export.test_report_page import QUICK, data_of


def test_without_data_no_other_row_is_in_the_file() -> None:
    frame = mixed_frame().drop(columns=[HOSTILE])
    frame["amount"] = np.round(np.linspace(1000.123, 9000.789, len(frame)), 3)
    frame["name"] = [f"secret-{row}-name" for row in range(len(frame))]
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(max_iter=2000).fit(frame[["amount", "age"]], frame["paid"])
    table = core.table(frame.drop(columns="owner"), target="paid", label="name")
    options = {"rows": [3, 70], "panels": QUICK}
    bare = json.dumps(data_of(core.report(fitted, table, with_data=False, **options)))
    full = json.dumps(data_of(core.report(fitted, table, **options)))
    assert set(re.findall(r"secret-\d+-name", bare)) == {"secret-3-name", "secret-70-name"}
    assert len(set(re.findall(r"secret-\d+-name", full))) > 100
    cells = {f"{value:.3f}".rstrip("0") for value in frame["amount"][4:69]}
    found = set(re.findall(r"\d{4}\.\d+", bare))
    assert len(cells & found) <= 7  # quantiles and ends of the column are known


def unique_rows(rows: int = 120) -> pd.DataFrame:
    """Rows of which every cell is a number of its own, so that it can be found in a file."""
    random = np.random.default_rng(11)
    frame = pd.DataFrame({name: random.normal(size=rows) * 1000 for name in ("first", "second", "third", "fourth")})
    frame = frame.round(6)
    return frame.assign(paid=(frame["first"] + frame["second"] > 0).astype(int))


@pytest.mark.parametrize("panels", [(), ("shap", "lime", "nudges", "break_down", "ceteris_paribus", "model_profile")])
def test_without_data_the_bytes_hold_two_cells_of_no_other_row(panels: tuple[str, ...]) -> None:
    """One known cell is an end or a quantile of its column; two of one row would be that row."""
    from sklearn.ensemble import RandomForestClassifier

    frame = unique_rows()
    names = list(frame.columns[:4])
    fitted = RandomForestClassifier(10, max_depth=4, random_state=0).fit(frame[names], frame["paid"])
    options: dict[str, Any] = {"panels": panels} if panels else {}
    rows = [3, 70]
    held = {
        data: core.report(fitted, core.table(frame, target="paid"), rows=rows, with_data=data, **options)
        for data in (False, True)
    }

    def found(text: str) -> list[int]:
        """Rows of which at least two cells stand in the file, in any number of digits that a drawing has."""
        known = set(re.findall(r"-?\d+\.\d+", text))
        hits = []
        for row, cells in enumerate(frame[names].itertuples(index=False)):
            forms = [{f"{cell:.6f}", f"{cell:.7g}", f"{cell:.4f}", f"{cell:.3f}", repr(cell)} for cell in cells]
            if sum(bool(form & known) for form in forms) > 1:
                hits.append(row)
        return hits

    assert found(held[False]) == rows
    if not panels:
        assert len(found(held[True])) > 20  # with data the search finds what is there
