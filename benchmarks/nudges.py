"""Nudges beside NICE and DiCE on the same rows of the same models: ``python benchmarks/nudges.py --rows 50``.

"Best" is, row by row, the best answer that any method in the run found, an exhaustive search over all one- and
two-feature changes included. The peers run in an interpreter of their own (``--peers``, see ``_nudge_peers.py``);
without it the table compares with the exhaustive search alone. The whole run takes hours: with ``--store`` every
answer is kept as it comes, ``--minutes`` ends the run early, and the same command goes on where it was ended.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

import pandas as pd

# Run as a file or as a module of the folder: both find the product and the modules beside this one.
sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parent)]

import _nudge_cases as cases  # noqa: E402 - after the path
import _nudge_ours as product  # noqa: E402 - after the path
from _nudge_report import report  # noqa: E402 - after the path
from _nudge_score import Judge  # noqa: E402 - after the path
from _nudge_store import Store, store  # noqa: E402 - after the path

PEERS = ("nice", "dice random k=4", "dice random", "dice kdtree", "dice genetic")


def peers(python: str | None, held: Store, count: int, case: cases.Case, methods: list[str]) -> None:
    """Run the peers in their interpreter for the rows of one cell that the store lacks."""
    wanted = [name for name in methods if len(held.held(case.data, case.kind, name)) < len(case.rows)]
    if python is None or not wanted or held.late:
        return
    script = str(Path(__file__).with_name("_nudge_peers.py"))
    chosen = ["--rows", str(count), "--store", str(held.folder), "--data", case.data, "--models", case.kind]
    command = [python, script, *chosen, "--methods", *wanted]
    if held.left is not None:
        command += ["--minutes", f"{held.left:g}"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def cell(options: argparse.Namespace, held: Store, data: str, kind: str) -> list[dict[str, Any]]:
    """Fill and judge one data set under one model."""
    case = cases.case(data, kind, options.rows)
    judge = Judge(case)
    parts = tuple(options.parts) if options.parts is not None else product.TIMED if options.timing else product.ALL
    theirs = ["nice"] if options.timing else options.methods
    peers(options.peers, held, options.rows, case, theirs)
    ours = product.Ours(case, {"prefer": options.prefer})
    if len(held.held(data, kind, "nice")) < len(case.rows):
        parts = tuple(part for part in parts if part != product.NEAR)
    ours.fill(held, judge, parts)
    if options.fill:
        return []
    names = [name for name in (*product.ALL, product.NEAR, *PEERS) if not options.timing or name in (*parts, *theirs)]
    methods = {name: held.held(data, kind, name) for name in names}
    print(data, kind, {name: len(found) for name, found in methods.items()}, file=sys.stderr, flush=True)
    return judge.rows({name: found for name, found in methods.items() if found})


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=10)
    parser.add_argument("--data", nargs="*", default=list(cases.TARGETS))
    parser.add_argument("--models", nargs="*", default=list(cases.MODELS))
    parser.add_argument("--peers", default=os.environ.get("IE_PEERS_PYTHON"), help="interpreter with dice-ml and NICEx")
    parser.add_argument("--methods", nargs="*", default=list(PEERS), help="of the peers: nice, 'dice random', …")
    parser.add_argument("--parts", nargs="*", help="of the product: 'first answer', nudges, …; none to judge only")
    parser.add_argument("--prefer", default="fewest features")
    parser.add_argument("--timing", action="store_true", help="only the first answers and NICE's; run it alone")
    parser.add_argument("--cells", action="store_true", help="a line per data set and model")
    parser.add_argument("--store", type=Path, help="folder that keeps the answers; the same command goes on")
    parser.add_argument("--minutes", type=float, help="begin no row after so many")
    parser.add_argument("--fill", action="store_true", help="only fill the store; judge and print another time")
    options, _ = parser.parse_known_args(arguments)
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder:
        held = store(options.store or Path(folder), options.minutes)
        scores = [
            score for data in options.data for kind in options.models for score in cell(options, held, data, kind)
        ]
    if options.fill:
        return
    frame = pd.DataFrame(scores)
    report(frame)
    if options.cells:
        for (data, kind), part in frame.groupby(["data", "model"]):
            print(f"\n{data}, {kind}")
            report(part)


if __name__ == "__main__":
    main()
