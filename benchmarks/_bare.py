"""The least that another process costs: a fork that holds the table already, woken by a byte."""

from __future__ import annotations

import mmap
import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits


def compared(here: Callable[..., Any], there: Callable[..., Any], tables: list[pd.DataFrame]) -> tuple[float, ...]:
    """Medians in milliseconds of calls in turn on one table after another, and of their ratios."""
    pairs = []
    here(tables[0])
    there(tables[0])
    for frame in tables:
        start = time.perf_counter()
        here(frame)
        middle = time.perf_counter()
        there(frame)
        pairs.append(((middle - start) * 1e3, (time.perf_counter() - middle) * 1e3))
    return (*(statistics.median(part) for part in zip(*pairs, strict=True)), statistics.median(b / a for a, b in pairs))


@contextmanager
def bare(here: Any, frame: pd.DataFrame) -> Iterator[Callable[[pd.DataFrame], np.ndarray]]:
    """A forked process that has the table already: a byte wakes it, its answer is copied into shared memory and out."""
    answer = here.predict(frame)
    shared = np.frombuffer(mmap.mmap(-1, answer.nbytes), answer.dtype).reshape(answer.shape)
    (to_child, from_here), (to_here, from_child) = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        with threadpool_limits(1, "blas"):  # as in a worker
            while os.read(to_child, 1) == b"?":
                shared[:] = here.predict(frame)
                os.write(from_child, b"!")
        os._exit(0)

    def ask(_frame: pd.DataFrame) -> np.ndarray:
        os.write(from_here, b"?")
        os.read(to_here, 1)
        return shared.copy()

    assert np.array_equal(ask(frame), answer)
    yield ask
    os.write(from_here, b".")
    os.waitpid(child, 0)
    for end in (to_child, from_here, to_here, from_child):
        os.close(end)
