"""Write ``fairness.json``: what dalex says of fairness on the fixed tables and scores in ``fairness_cases.py``.

Needs the environment of ``make.py``::

    originals/bin/python tests/reference/make_fairness.py ../shared/data
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
import warnings
from importlib.metadata import version
from pathlib import Path
from typing import Any

import dalex
import numpy as np
from dalex.fairness import resample, reweight, roc_pivot
from fairness_cases import CASES, FairCase

HEAD = 403
"""Rows of the table that preferential sampling is compared on."""


def checked(explainer: dalex.Explainer, case: FairCase, groups: np.ndarray) -> Any:
    """The fairness object, and what its check prints."""
    given: dict[str, Any] = {"cutoff": dict(case.cutoffs)} if case.cutoffs else {}
    found = explainer.model_fairness(protected=groups, privileged=case.privileged, **given)
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        found.fairness_check(verbose=False)
    return found, said.getvalue()


def numbers(case: FairCase, folder: Path) -> dict[str, Any]:
    """All reference numbers of one case."""
    frame = case.table(folder)
    known, groups = case.known(frame), case.groups(frame)
    kind = "classification" if case.positive else "regression"
    explainer = dalex.Explainer(
        case, frame, known, predict_function=lambda _model, rows: case.score(rows), model_type=kind, verbose=False
    )
    found, said = checked(explainer, case, groups)
    body: dict[str, Any] = {
        "said": said.splitlines()[0],
        "ratios": {name: row.to_dict() for name, row in found.result.iterrows()},
    }
    if not case.positive:
        return body
    turned = roc_pivot(explainer, groups, case.privileged, 0.5, 0.06, verbose=False)
    weights = reweight(groups, known, verbose=False).astype(float)
    both = sorted({(group, int(klass)) for group, klass in zip(groups, known, strict=True)})
    head = slice(0, HEAD)
    preferred = resample(groups[head], known[head], "preferential", explainer.y_hat[head], verbose=False)
    np.random.seed(0)
    uniform = resample(groups, known, "uniform", verbose=False)
    return body | {
        "scores": {name: row.to_dict() for name, row in found.metric_scores.iterrows()},
        "parity loss": found.parity_loss.to_dict(),
        "turned": [int(at) for at in np.flatnonzero(turned.y_hat != explainer.y_hat)],
        "turned sum": float(turned.y_hat.sum()),
        "weights": {
            f"{group} {klass}": float(weights[(groups == group) & (known == klass)][0]) for group, klass in both
        },
        "preferred": np.bincount(preferred, minlength=HEAD).tolist(),
        "uniform": {
            f"{group} {klass}": int(((groups[uniform] == group) & (known[uniform] == klass)).sum())
            for group, klass in both
        },
    }


def main() -> None:
    """Write the file."""
    warnings.simplefilter("ignore")
    found: dict[str, Any] = {
        "made with": {name: version(name) for name in ("dalex", "pandas", "numpy", "scikit-learn")}
    }
    for name, case in CASES.items():
        found[name] = plain(numbers(case, Path(sys.argv[1])))
    file = Path(__file__).with_name("fairness.json")
    file.write_text(json.dumps(found, indent=None, separators=(",", ":")) + "\n", encoding="utf-8")


def plain(value: Any) -> Any:
    """JSON without NaN, ten digits."""
    if isinstance(value, dict):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [plain(part) for part in value]
    if isinstance(value, float):
        return float(f"{value:.10g}") if np.isfinite(value) else None
    return value


if __name__ == "__main__":
    main()
