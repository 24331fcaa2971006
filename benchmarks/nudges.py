"""Nudges beside NICE and DiCE on the same rows of the same models: ``python benchmarks/nudges.py --rows 50``.

"Best" is, row by row, the best answer that any method in the run found, an exhaustive search over all one- and
two-feature changes included. The peers run in an interpreter of their own (``--peers``, see ``_nudge_peers.py``);
without it the table compares with the exhaustive search alone.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import warnings
from collections import defaultdict
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

# Run as a file or as a module of the folder: both find the product and the modules beside this one.
sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parent)]

import _nudge_cases as cases  # noqa: E402 - after the path
from _nudge_score import Judge, Scored  # noqa: E402 - after the path
from _paired import table  # noqa: E402 - after the path

from core.counterfactual.improve import improve, oracle_for, question  # noqa: E402 - after the path
from core.engine import explain  # noqa: E402 - after the path
from core.errors import ComputeError  # noqa: E402 - after the path
from core.loading.frames import from_frame  # noqa: E402 - after the path
from core.models import wrap  # noqa: E402 - after the path
from core.params import resolve  # noqa: E402 - after the path
from core.registry import Job, Watch, get  # noqa: E402 - after the path

Proposals = dict[tuple[str, int], list[dict[str, Any]]]
MAIN = "nudges"
PROVED = "nudges k=1, 100 trees of depth 4"
SOON = 5.0
"""Seconds within which nine of ten answers about such an ensemble should be proved."""
TOGETHER = 60


def ours(case: cases.Case, settings: dict[str, Any], timing: bool) -> dict[str, dict[int, list[dict[str, Any]]]]:
    """What the product proposes: the streamed search with its times, four diverse answers, the plausible one."""
    model = wrap(case.pipeline)
    data = from_frame(case.frame, target=case.target)
    method = get("nudges")
    found: dict[str, dict[int, list[dict[str, Any]]]] = defaultdict(dict)
    for slot, row in enumerate(map(int, case.rows)):
        params = {"defaults": False, **settings}
        if case.regression:
            params["change"] = float(case.ways[slot] * cases.CHANGE)
        if slot == 0:
            _first(case, model, data, row, params)  # what all rows of a model share is made once, as the peers' fit is
        found["first answer"][row] = _first(case, model, data, row, params)
        if timing:
            continue
        job = Job(model, data, row, 1 if model.task == "binary" else 0, resolve(method, params, data))
        found[MAIN][row] = _drain(job)
        if case.kind == "xgboost":
            proved = explain("nudges", model, data, row, k=1, **params)
            found[PROVED][row] = [_record(case, row, nudge, proved) for nudge in proved.nudges]
        result = explain("nudges", model, data, row, k=4, **params)
        found["nudges k=4"][row] = [_record(case, row, nudge, result) for nudge in result.nudges]
        plausible = explain("nudges", model, data, row, k=1, plausibility=0.5, **params)
        found["nudges plausible"][row] = [_record(case, row, nudge, plausible) for nudge in plausible.nudges]
    return found


def _first(case: cases.Case, model: Any, data: Any, row: int, params: dict[str, Any]) -> list[dict[str, Any]]:
    """The first answer as a page gets it: through the engine, to whoever watches, checked and stamped."""
    got: list[Any] = []

    def found(result: Any) -> None:
        got.append((time.perf_counter() - started, time.process_time() - used, result))
        raise ComputeError("Enough: the first answer is there.")

    started, used = time.perf_counter(), time.process_time()
    with suppress(ComputeError):
        explain("nudges", model, data, row, progress=Watch(lambda _fraction, _step: None, found), **params)
    return [
        _record(case, row, result.nudges[0], result) | {"seconds": wall, "cpu": cpu}
        for wall, cpu, result in got
        if result.nudges
    ]


def _drain(job: Job) -> list[dict[str, Any]]:
    """The last answer of one search, with the seconds to it."""
    started = time.perf_counter()
    asked = question(job)
    answers = list(improve(asked, oracle_for(asked)))
    frames = [asked.code.decode(answer.row[None, :]) for answer in answers[-1:]]
    return [{"row": frame.iloc[0].to_dict(), "seconds": time.perf_counter() - started} for frame in frames]


def _record(case: cases.Case, row: int, nudge: Any, result: Any) -> dict[str, Any]:
    """A nudge as a whole row."""
    values = case.inputs.iloc[row].to_dict() | {change.name: change.after for change in nudge.changes}
    return {"row": values, "seconds": result.provenance.seconds, "proved": nudge.extra.get("proved", "")}


def exhaustive(case: cases.Case, judge: Judge) -> dict[int, list[dict[str, Any]]]:
    """Every single change to an observed value and every pair on a grid of twelve values a feature."""
    fine = {name: _values(case, name, 200) for name in case.inputs}
    coarse = {name: _values(case, name, 12) for name in case.inputs}
    names = list(case.inputs)
    blocks = [[(name, fine[name])] for name in names]
    blocks += [[(one, coarse[one]), (two, coarse[two])] for place, one in enumerate(names) for two in names[:place]]
    found = {}
    for slot, row in enumerate(map(int, case.rows)):
        started = time.perf_counter()
        best: list[Scored] = []
        grids = [_grid(case.inputs.iloc[[row]], block) for block in blocks]
        for place in range(0, len(grids), TOGETHER):
            frame = pd.concat(grids[place : place + TOGETHER], ignore_index=True)
            reached = case.reached(slot, case.outputs(frame), judge.own[slot])
            best += judge.cheapest(slot, frame[reached])
        answers = [{"row": item.values, "seconds": time.perf_counter() - started} for item in _both_best(best)]
        found[row] = answers
    return found


def _both_best(scored: list[Scored]) -> list[Scored]:
    """The fewest features and the smallest distance."""
    if not scored:
        return []
    return [min(scored, key=lambda item: (item.changes, item.distance)), min(scored, key=lambda item: item.distance)]


def _values(case: cases.Case, name: str, most: int) -> np.ndarray:
    """Observed values of a feature, thinned to quantiles."""
    values = np.sort(case.inputs[name].unique()) if name in case.numbers else case.inputs[name].value_counts().index
    if len(values) <= most:
        return np.asarray(values)
    if name in case.numbers:
        return np.asarray(values)[np.linspace(0, len(values) - 1, most).round().astype(int)]
    return np.asarray(values)[:most]


def _grid(instance: pd.DataFrame, block: list[tuple[str, np.ndarray]]) -> pd.DataFrame:
    """The instance with every combination of one or two features' values."""
    grids = np.meshgrid(*[np.arange(len(values)) for _, values in block], indexing="ij")
    frame = instance.iloc[np.zeros(grids[0].size, dtype=int)].reset_index(drop=True)
    for (name, values), places in zip(block, grids, strict=True):
        frame[name] = pd.Series(values[places.ravel()]).astype(instance[name].dtype)
    return frame


def peers(options: argparse.Namespace, data: str, kind: str) -> Proposals:
    """What the peers proposed for one cell: read from a file, and run in their interpreter right before ours."""
    records = [] if options.proposals is None else json.loads(options.proposals.read_text())
    if options.peers is not None:
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "proposals.json"
            chosen = ["--rows", str(options.rows), "--out", str(out), "--data", data, "--models", kind]
            chosen += ["--methods", *options.methods] if options.methods else []
            script = str(Path(__file__).with_name("_nudge_peers.py"))
            command = [options.peers, script, *chosen]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            records += json.loads(out.read_text())
    return {
        (record["method"], record["row"]): [item for item in record["proposals"] if "row" in item]
        for record in records
        if (record["data"], record["model"]) == (data, kind)
    }


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=10)
    parser.add_argument("--data", nargs="*", default=list(cases.TARGETS))
    parser.add_argument("--models", nargs="*", default=list(cases.MODELS))
    parser.add_argument("--peers", default=os.environ.get("IE_PEERS_PYTHON"), help="interpreter with dice-ml and NICEx")
    parser.add_argument("--proposals", type=Path, help="what _nudge_peers.py wrote, instead of running it")
    parser.add_argument("--methods", nargs="*", help="of the peers: nice, 'dice random', …")
    parser.add_argument("--prefer", default="fewest features")
    parser.add_argument("--timing", action="store_true", help="only the streamed search and the peers")
    parser.add_argument("--cells", action="store_true", help="a line per data set and model")
    options, _ = parser.parse_known_args(arguments)
    warnings.simplefilter("ignore")
    scores: list[dict[str, Any]] = []
    for data in options.data:
        for kind in options.models:
            case = cases.case(data, kind, options.rows)
            judge = Judge(case)
            proposed = peers(options, data, kind)
            methods = ours(case, {"prefer": options.prefer}, options.timing)
            if not options.timing:
                methods["exhaustive"] = exhaustive(case, judge)
            for (name, row), found in proposed.items():
                methods.setdefault(name, {})[row] = found
            scores += judge.rows(methods)
            print(data, kind, file=sys.stderr, flush=True)
    frame = pd.DataFrame(scores)
    report(frame)
    if options.cells:
        for (data, kind), part in frame.groupby(["data", "model"]):
            print(f"\n{data}, {kind}")
            report(part)


def report(frame: pd.DataFrame) -> None:
    """Print one line per method."""
    nice = frame[frame.method == "nice"].set_index(["data", "model", "row"])
    lines = []
    for name, part in frame.groupby("method", sort=False):
        own = part.set_index(["data", "model", "row"])
        paired, used = own.seconds / nice.seconds, own.cpu / nice.cpu
        cells = {
            "method": name,
            "rows": len(part),
            "valid %": f"{100 * part.valid.mean():.1f}",
            "proper %": f"{100 * part.proper.mean():.1f}",
            "ratio to best answer": f"{part.ratio.median():.2f} / {part.ratio.mean():.3f}",
            "ratio to least distance": f"{part.nearest_ratio.median():.2f} / {part.nearest_ratio.mean():.3f}",
            "features beyond": f"{part.beyond.mean():.3f}",
            "nearest real": f"{part.isolation.mean():.4f}",
            "distance": f"{part.distance.mean():.4f}",
            "ms p50 / p95": f"{1e3 * part.seconds.median():.0f} / {1e3 * part.seconds.quantile(0.95):.0f}",
            "x NICE p50 / p95": f"{paired.median():.2f} / {paired.quantile(0.95):.2f}",
            "processor x NICE p50 / p95": f"{used.median():.2f} / {used.quantile(0.95):.2f}",
            "k spread / Jaccard": f"{part.spread.mean():.2f} / {part.jaccard.mean():.2f}",
            "proved %": f"{100 * (part.proved == True).mean():.0f}",  # noqa: E712 - an empty text is neither
        }
        lines.append(list(cells.values()))
    print(table(list(cells), lines))
    _believable(frame, nice)
    proofs = frame[frame.method == PROVED]
    if len(proofs):
        soon = ((proofs.proved == True) & (proofs.seconds <= SOON)).sum()  # noqa: E712 - an empty text is neither
        print(f"\nProved smallest within {SOON:g} s: {soon} of {len(proofs)} (bar 90 %)")


def _believable(frame: pd.DataFrame, nice: pd.DataFrame) -> None:
    """The plausible answers beside NICE's, and what no answer at all can beat.

    With D the distance from the row to the nearest real row of the outcome and i an answer's own distance to the
    nearest, the triangle inequality gives d >= D - i: to be as near to real rows as NICE's answer, an answer has to go
    at least D - i of NICE's.
    """
    ours = frame[frame.method == "nudges plausible"].set_index(["data", "model", "row"])
    if not len(ours) or not len(nice):
        return
    least = (nice.gap - nice.isolation).clip(lower=0)
    reached = ours.distance / (ours.gap - ours.isolation).clip(lower=1e-12)
    cells = {
        "distance to the nearest real row, mean": f"{ours.isolation.mean():.4f}, NICE {nice.isolation.mean():.4f}",
        "distance to the row, x NICE's (means; bar 0.6)": f"{ours.distance.mean() / nice.distance.mean():.2f}",
        "the least possible for any answer as near as NICE's": f"{least.mean() / nice.distance.mean():.3f}",
        "the same row by row, median": f"{(least / nice.distance).median():.3f}",
        "ours over the least possible for its own nearness, median": f"{reached.median():.3f}",
    }
    print()
    print(table(list(cells), [list(cells.values())]))


if __name__ == "__main__":
    main()
