"""The public JSON form of answers about many rows, the data, and surrogates."""

from __future__ import annotations

from typing import Any

from core.aspects import members
from core.codec import plain
from core.fairness import exceeded, parity_loss, verdict
from core.results import Aspects, Attributions, Distribution, Fairness, Matrix, Part, Subsets, Surrogate, Trial, Trials


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
        "shares": result.shares,
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


def fairness(result: Fairness) -> dict[str, Any]:
    """The verdict, and every measure of every group with its ratio."""
    loss = parity_loss(result.ratios)
    numbers = ("scores", "low", "high", "bases", "ratios", "ratio_low", "ratio_high")
    return {
        "class": result.label,
        "column": result.column,
        "compared_with": result.groups[0],
        "epsilon": result.epsilon,
        "verdict": verdict(result),
        "exceeded": list(exceeded(result)),
        "checked": list(result.checked),
        "performance": {score.name: plain(score.value) for score in result.performance},
        "parity_loss": {name: plain(value) for name, value in zip(result.measures, loss, strict=True)},
        "groups": [
            {
                "name": name,
                "rows": int(result.counts[group]),
                "cutoff": None if result.cutoffs is None else plain(result.cutoffs[group]),
                "measures": {
                    measure: {kind: plain(getattr(result, kind)[group, at]) for kind in numbers}
                    for at, measure in enumerate(result.measures)
                },
            }
            for group, name in enumerate(result.groups)
        ],
        "curves": [
            {
                "picture": curve.id,
                "name": curve.name,
                "x": [plain(value) for value in curve.x],
                "y": [plain(value) for value in curve.y],
            }
            for curve in result.curves
        ],
    }


def aspects(result: Aspects) -> dict[str, Any]:
    """The groups with their numbers, and every branch of the dendrogram."""
    held = members(result.merges)
    names = [[result.features[at] for at in group] for group in held]
    heights = [0.0] * len(result.features) + result.merges[:, 2].tolist()
    spread = [None] * len(result.groups) if result.spread is None else result.spread.tolist()
    return {
        "class": result.label,
        "scale": result.scale,
        "unit": result.unit or None,
        "base": result.base,
        "output": result.output,
        "height": result.height,
        "groups": [
            {"features": names[node], "value": plain(value), "spread": plain(wide)}
            for node, value, wide in zip(result.groups, result.values, spread, strict=True)
        ],
        "branches": [
            {"features": names[node], "height": plain(heights[node]), "value": plain(result.nodes[node])}
            for node in range(len(held))
        ],
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


def trials(result: Trials) -> dict[str, Any]:
    """The space, the model's own settings, every candidate with its folds, and which one won."""
    space = [
        {"name": span.name, "kind": span.kind, "low": span.low, "high": span.high, "log": span.log,
         "choices": [_listed(choice) for choice in span.choices]}
        for span in result.space
    ]  # fmt: skip
    winner = result.winner
    return {
        "class": result.label,
        "scale": result.unit,
        "way": result.way,
        "space": space,
        "rows": result.rows,
        "planned": result.planned,
        "original": _trial(result.original),
        "trials": [_trial(trial) for trial in result.trials],
        "best": None if winner is None else winner.number,
        "gain": plain(result.gain),
        "gain_error": plain(result.error),
        "clear": result.is_clear,
        "apart": {"rows": result.apart_rows, "original": result.apart[0], "best": result.apart[1]}
        if result.apart
        else None,
    }


def _trial(trial: Trial) -> dict[str, Any]:
    """One candidate."""
    return {
        "trial": trial.number,
        "params": {name: _listed(value) for name, value in trial.params.items()},
        "loss": plain(trial.loss),
        "spread": plain(trial.spread),
        "folds": [plain(loss) for loss in trial.folds],
        "problem": trial.problem or None,
    }


def _listed(value: Any) -> Any:
    """A setting's value in JSON's types."""
    return [_listed(one) for one in value] if isinstance(value, tuple) else plain(value)
