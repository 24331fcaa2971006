"""Tables under the pictures: the rows that a reader looks for, as the browser gets them."""

from __future__ import annotations


def test_a_table_is_filtered_by_a_part_of_a_name() -> None:
    import json

    import pandas as pd

    from pages.parts.tables import filtered, records

    table = pd.DataFrame({"feature": ["Age", "income <b>", "wage"], "value": [1.0, float("nan"), 3.0]})
    assert list(filtered(table, "AGE")["feature"]) == ["Age", "wage"]
    assert len(filtered(table, "")) == 3
    assert len(filtered(table, "1")) == 0
    assert json.loads(records(filtered(table, "inc"))) == [{"feature": "income <b>", "value": None}]
