"""Run other explainers in an environment of their own, and time them there, in turns with ours.

They ask for older pandas than the product: ``python -m venv .venv-peers && .venv-peers/bin/pip install -r
requirements-peers.txt`` (``make bench`` does), or name another interpreter in ``PEERS``.
"""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import pandas as pd

HERE = Path(__file__).resolve().parent
ONE = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""One thread: a second one that waits for its part spends processor time, too."""


def interpreter() -> Path:
    """The other environment's Python."""
    return Path(os.environ.get("PEERS", HERE.parent / ".venv-peers" / "bin" / "python"))


def found() -> bool:
    """Whether there is one."""
    return interpreter().exists()


class Peer:
    """A process that holds one fitted model and its rows, and answers with seconds."""

    def __init__(self, model: Any, inputs: pd.DataFrame, truth: Any) -> None:
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name)
        (path / "model.pickle").write_bytes(pickle.dumps(model))
        np.savez(path / "rows.npz", inputs=inputs.to_numpy(), truth=np.asarray(truth), names=list(inputs))
        command = [str(interpreter()), str(HERE / "_peer_child.py"), str(path)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=ONE)

    def __enter__(self) -> Peer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.terminate()
        self.process.wait()
        self.folder.cleanup()

    def seconds(self, call: str, **options: Any) -> float:
        """Processor seconds of one call there.

        Raises
        ------
        RuntimeError
            If the call failed; the message is the other side's.
        """
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"call": call, **options}) + "\n")
        self.process.stdin.flush()
        answer: Mapping[str, Any] = json.loads(self.process.stdout.readline())
        if "error" in answer:
            raise RuntimeError(f"{call}: {answer['error']}")
        return float(answer["seconds"])


def by_turns(contestants: Mapping[str, Callable[[], float]], rounds: int, warm: int = 1) -> dict[str, list[float]]:
    """Ask contestants that time themselves, round by round."""
    spent: dict[str, list[float]] = {name: [] for name in contestants}
    for turn in range(warm + rounds):
        for name, call in contestants.items():
            seconds = call()
            if turn >= warm:
                spent[name].append(seconds)
    return spent
