"""The other side of ``_peer.py``: runs where dalex, eli5 and their pandas are installed; imports nothing of ours."""

from __future__ import annotations

import json
import pickle
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

warnings.simplefilter("ignore")
folder = Path(sys.argv[1])
said, sys.stdout = sys.stdout, sys.stderr
stored = np.load(folder / "rows.npz")
inputs = pd.DataFrame(stored["inputs"], columns=[str(name) for name in stored["names"]])
truth = stored["truth"]
model = pickle.loads((folder / "model.pickle").read_bytes())  # written by the benchmark itself


def rmse(rows: Any, known: Any) -> float:
    """The score, negated, as eli5 wants it."""
    return -float(np.sqrt(((model.predict(rows) - known) ** 2).mean()))


def explainer() -> Any:
    """A dalex explainer of the model."""
    import dalex

    return dalex.Explainer(model, inputs, truth, verbose=False, model_type="regression")


def eli5_importance(rounds: int) -> None:
    """Permutation importance on an array."""
    from eli5.permutation_importance import get_score_importances

    get_score_importances(rmse, inputs.to_numpy(), truth, n_iter=rounds, random_state=0)


def dalex_importance(rounds: int) -> None:
    """The same on a frame."""
    explainer().model_parts(B=rounds, N=None, random_state=0)


def dalex_profiles(points: int) -> None:
    """Partial dependence of all features, single curves included."""
    explainer().model_profile(grid_points=points, N=None, verbose=False)


def sklearn_profiles(points: int) -> None:
    """The same, one feature after the other."""
    from sklearn.inspection import partial_dependence

    for name in inputs:
        grid = np.linspace(inputs[name].min(), inputs[name].max(), points)
        partial_dependence(model, inputs, [name], custom_values={name: grid}, method="brute", kind="both")


def dalex_break_down(row: int) -> None:
    """Break Down with interactions."""
    explainer().predict_parts(inputs.iloc[[row]], type="break_down_interactions", N=None)


def dalex_shapley(row: int, paths: int) -> None:
    """Shapley values by random paths."""
    explainer().predict_parts(inputs.iloc[[row]], type="shap", B=paths, N=None, random_state=0)


def dalex_report(instances: int, kind: str) -> None:
    """Ten panels: per instance Break Down, Shapley values (25 orderings) and profiles; the rest once."""
    import dalex

    of = dalex.Explainer(model, inputs, truth, verbose=False, model_type=kind)
    for place in np.linspace(0, len(inputs) - 1, instances).astype(int):
        one = inputs.iloc[[place]]
        of.predict_parts(one, type="break_down")
        of.predict_parts(one, type="shap", random_state=0)
        of.predict_profile(one, verbose=False)
    of.model_parts(random_state=0)
    of.model_profile(type="partial", N=len(inputs), verbose=False)
    of.model_profile(type="accumulated", N=len(inputs), verbose=False)
    of.model_performance()
    of.model_diagnostics()


CALLS: dict[str, Callable[..., None]] = {
    call.__name__: call
    for call in (
        eli5_importance,
        dalex_importance,
        dalex_profiles,
        sklearn_profiles,
        dalex_break_down,
        dalex_shapley,
        dalex_report,
    )
}

for line in sys.stdin:
    asked = json.loads(line)
    try:
        started = time.process_time()
        CALLS[asked.pop("call")](**asked)
        answer: dict[str, Any] = {"seconds": time.process_time() - started}
    except Exception as error:
        answer = {"error": f"{type(error).__name__}: {error}"[:300]}
    said.write(json.dumps(answer) + "\n")
    said.flush()
