"""What the settings of methods are called on a page, and their choices: words instead of a parameter's name."""

from __future__ import annotations

from core.losses import titled
from core.types import Param

TITLES = {
    "num_features": "Features named for each row",
    "num_samples": "Made-up rows",
    "max_changes": "Features that may change",
    "min_rows": "Rows of a subset at least",
    "more_rows": "Further rows to draw",
    "top_labels": "Classes explained at once",
    "picks": "Rows to show",
    "way": "A feature is taken away by",
    "per": "Effect of",
    "height": "Grouping (0: all apart, 1: all together)",
    "pairs": "Pairs of conditions too",
    "size": "Only the size of the error",
    "form": "Simple model",
    "depth": "Questions asked one after the other",
    "interactions": "Pairs of features too",
}
"""Titles by the parameter's name, where that alone says too little."""
OF_METHODS = {
    ("two_features", "feature"): "From bottom to top",
    ("two_features", "other"): "From left to right",
    ("two_features", "report"): "Show",
    ("two_columns", "feature"): "From left to right",
    ("two_columns", "other"): "From bottom to top",
    ("interactions", "of"): "Interactions of",
    ("interactions", "report"): "Size as",
    ("fair_weights", "of"): "Show",
    ("association", "of"): "Columns go together by their",
    ("model_profile", "kind"): "Way to average",
    ("permutation_importance", "report"): "Show",
}
"""Titles of one method's parameter, by both names."""
CHOICES = {
    ("scale", "auto"): "the model's own",
    ("way", "drop"): "training without it",
    ("way", "shuffle"): "shuffling its values",
    ("per", "unit"): "one unit",
    ("per", "deviation"): "one standard deviation",
    ("report", "answer"): "the mean answer",
    ("report", "interaction"): "what the two do beyond each alone",
    ("report", "size"): "units of the answer",
    ("report", "share"): "share H, from 0 to 1",
    ("of", "pairs"): "pairs of features",
    ("of", "features"): "each feature with all others",
    ("of", "weights"): "weight of a row",
    ("of", "rows"): "rows wanted",
    ("of", "missing"): "gaps",
    ("kind", "partial"): "all rows (partial dependence)",
    ("kind", "accumulated"): "local changes added up (accumulated local effects)",
    ("kind", "conditional"): "rows that are near (conditional)",
    ("form", "tree"): "a small tree",
    ("form", "linear"): "a straight line",
}
"""Choices in words, by the parameter's name and the choice."""


def title(method: str, param: Param) -> str:
    """What a setting of a method is called."""
    return OF_METHODS.get((method, param.name)) or TITLES.get(param.name) or param.title


def choice(param: Param, chosen: str) -> str:
    """A choice in words; as it is where that says enough."""
    return CHOICES.get((param.name, chosen)) or titled(param, chosen)
