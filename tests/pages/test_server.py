"""What runs beside the server: the first answer, then what only uploads need; a failure leaves nothing switched off."""

from __future__ import annotations

import gc
import tomllib
import weakref
from pathlib import Path
from types import SimpleNamespace

import pytest

from core import cache, workers
from pages.parts import server

ROOT = Path(__file__).resolve().parents[2]


def test_the_first_answer_comes_before_all_that_can_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    clock = SimpleNamespace(sleep=lambda seconds: done.append(f"{seconds:g} s"))
    monkeypatch.setattr(server, "time", clock)
    monkeypatch.setattr(cache, "preload", lambda: done.append(f"first answer, collector {gc.isenabled()}"))
    monkeypatch.setattr(cache, "settle", lambda: done.append("settle"))
    monkeypatch.setattr(workers, "warm", lambda: done.append(f"warm, collector {gc.isenabled()}"))
    server._preload()
    pauses = (f"{server.PAINTED:g} s", f"{server.LATER:g} s")
    assert done == ["first answer, collector False", pauses[0], "settle", pauses[1], "warm, collector True"]


def test_garbage_is_collected_again_though_the_first_answer_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> None:
        raise OSError("no such file")

    monkeypatch.setattr(cache, "preload", fails)
    with pytest.raises(OSError, match="no such file"):
        server._preload()
    assert gc.isenabled()


def test_preload_leaves_the_first_sample_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    from core.engine import output_index
    from core.loading.samples import samples

    def computed(*_: object, **__: object) -> None:
        raise AssertionError("the first visitor waits for what was there")

    cache.preload()
    monkeypatch.setattr(cache, "explain_rows", computed)
    first = samples()[0]
    both = cache.pair(first.id, first.table)
    found = cache.explain(both, "shap", [0], output_index(both.model, None), {})
    assert found[0].provenance.row == 0


def test_garbage_goes_though_nobody_comes_and_no_run_collects_it(monkeypatch: pytest.MonkeyPatch) -> None:
    class Left:
        """What a visitor leaves behind, in a circle."""

        def __init__(self) -> None:
            self.own = self

    def rest(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) > 1:
            raise KeyboardInterrupt

    slept: list[float] = []
    monkeypatch.setattr(server, "time", SimpleNamespace(sleep=rest))  # threads of other tests go on sleeping
    gc.disable()
    try:
        gone = weakref.ref(Left())
        with pytest.raises(KeyboardInterrupt):
            server._tidy()
        assert gone() is None
    finally:
        gc.enable()
    assert slept == [server.TIDY, server.TIDY]
    options = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert options["runner"]["postScriptGC"] is False
    assert options["global"]["maxCachedMessageAge"] > 10, "the browser keeps what the server takes it to have"
