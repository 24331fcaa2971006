"""The public JSON form of answers about many rows, the data, and surrogates."""

from __future__ import annotations

from typing import Any

from core.codec import plain
from core.results import Attributions, Distribution, Matrix, Part, Subsets, Surrogate


def attributions(result: Attributions) -> dict[str, Any]:
    """One entry a row: its values and their attributions."""
    rows = [
        {
            "row": row,
            "name": result.names[at],
            "base": plain(result.base[at]),
            "output": plain(result.outputs[at]),
            "values": [plain(cell) for cell in result.data[at]],
            "attributions": [plain(value) for value in result.values[at]],
        }
        for at, row in enumerate(result.rows)
    ]
    return {"class": result.label, "scale": result.scale, "features": list(result.features), "rows": rows}


def distribution(result: Distribution) -> dict[str, Any]:
    """Bins or levels with their counts and means."""
    return {
        "feature": result.feature,
        "edges" if result.ordered else "levels": [plain(item) for item in result.bins],
        "counts": {
            name: [int(count) for count in counts] for name, counts in zip(result.groups, result.counts, strict=True)
        },
        "means": None if result.means is None else [plain(mean) for mean in result.means],
        "mean_of": result.mean_title,
        "missing": result.missing,
        "at": plain(result.at),
    }


def matrix(result: Matrix) -> dict[str, Any]:
    """Rows, columns and the numbers between them."""
    return {
        "unit": result.unit,
        "row_title": result.row_title,
        "column_title": result.column_title,
        "rows": list(result.rows),
        "columns": list(result.columns),
        "values": [[plain(value) for value in line] for line in result.values],
    }


def subsets(result: Subsets) -> dict[str, Any]:
    """The mean loss and one entry a subset, with its conditions."""
    return {
        "class": result.label,
        "unit": result.unit,
        "rows": result.rows,
        "overall": plain(result.overall),
        "subsets": [
            {
                "where": [_condition(part) for part in one.parts],
                "rows": one.rows,
                "loss": plain(one.loss),
                "error": plain(one.error),
                "chance": plain(one.chance),
            }
            for one in result.subsets
        ],
    }


def _condition(part: Part) -> dict[str, Any]:
    """One condition."""
    return {
        "feature": part.feature,
        "above": plain(part.low),
        "at_most": plain(part.high),
        "level": part.level,
        "missing": part.missing,
    }


def surrogate(result: Surrogate) -> dict[str, Any]:
    """The tree's nodes or the linear terms, and how well it mimics the model."""
    nodes = [
        {"rule": node.rule, "value": plain(node.value), "rows": node.rows, "parent": node.parent}
        for node in result.nodes
    ]
    terms = [
        {"name": name, "weight": plain(weight)} for name, weight in zip(result.features, result.weights, strict=True)
    ]
    return {
        "class": result.label,
        "scale": result.scale,
        "form": result.form,
        "fidelity": plain(result.fidelity),
        "base": plain(result.base),
        "terms": terms,
        "nodes": nodes,
    }
