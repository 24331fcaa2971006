"""Models trained again for a visitor: a search beside the page, the winner under a name of its own.

Each is opened once more, in a worker of its own: training takes long, and what other pages ask must not wait for it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from core import cache, registry
from core.cache import Pair, Upload
from core.engine import explain, job_key
from core.errors import ExplorerError
from core.loading.match import Match, match
from core.params import resolve
from core.registry import Progress
from core.results import Result
from core.results.trials import Trials
from core.running import Running
from core.tuning.proposed import Setting, of_model
from core.tuning.recipe import Recipe, follow, of_plain
from core.types import Model, Table

AT_ONCE = 2
"""Searches at the same time, of all visitors: each keeps a processor busy for minutes."""
PATIENCE = 120.0
"""Seconds that a search goes on while nobody looks: a visitor may read other pages meanwhile."""
METHOD = "tune"
_TURN = threading.BoundedSemaphore(AT_ONCE)


def file_of(model_id: str) -> Upload:
    """What a model is opened from: the visitor's file, or a sample's."""
    if model_id.startswith(cache.MINE):
        return cache.upload("model", model_id)
    from core.loading.samples import sample, sample_bytes

    return Upload(sample(model_id).title, sample_bytes(model_id), {"sample": model_id})


def opened(upload: Upload, table: Callable[[str], Table]) -> Model:
    """Open a file and, where it has a recipe, follow that.

    Parameters
    ----------
    upload : Upload
        ``options``: ``sample`` (its id, for a file of ours), ``recipe`` and ``table`` (an id).
    table : callable
        From an id to a table.
    """
    from core.loading.uploads import open_upload
    from core.workers import protected

    ours = upload.options.get("sample")
    if ours and not protected():
        from core.loading.samples import load_sample_model

        model = load_sample_model(ours)
    elif ours:
        from core.loading.samples import sample

        model = open_upload(upload.data, upload.name, classes=sample(ours).classes or None)
    else:
        model = open_upload(upload.data, upload.name)
    if "recipe" not in upload.options:
        return model
    both = match(model, table(str(upload.options["table"])))
    return follow(both.model, both.table, of_plain(upload.options["recipe"]))


def settings(both: Pair) -> tuple[Setting, ...]:
    """What can be tuned."""
    found: tuple[Setting, ...] = cache.keep(both, "settings", [], lambda: of_model(both.model))
    return found


def held(both: Pair, params: Mapping[str, Any]) -> Trials | None:
    """The answer to a search that was made before."""
    found = cache.store(both.mine).find("result", _key(both, params))
    return found if isinstance(found, Trials) else None


def _key(both: Pair, params: Mapping[str, Any]) -> str:
    """The digest of a search."""
    method = registry.get(METHOD)
    return job_key(method, both.model, both.table, 0, 0, resolve(method, params, both.table))


def begin(both: Pair, model_id: str, table_id: str, params: Mapping[str, Any]) -> Running:
    """Begin a search beside the page; one that came to its end is kept.

    Raises
    ------
    ExplorerError
        If a setting does not fit, or too many searches are under way.
    """
    resolved = resolve(registry.get(METHOD), params, both.table)
    keep, key, upload, table = cache.store(both.mine), _key(both, params), file_of(model_id), cache.table(table_id)
    others = {upload.options["table"]: cache.table(str(upload.options["table"]))} if "table" in upload.options else {}

    def ask(progress: Progress) -> Result:
        progress(0.0, "Opening the model")
        own = opened(upload, others.__getitem__)
        try:
            found: Match = match(own, table)
            answer = explain(METHOD, found.model, found.table, 0, output=0, progress=progress, **resolved)
        finally:
            close = getattr(own, "close", None)
            if close is not None:
                close()
        if not any(check.name == "finished" for check in answer.checks):
            keep.keep("result", key, answer)
        return answer

    return Running(ask, patience=PATIENCE, turn=_TURN).start()


def _untaken(base: str, said: str, taken: set[str]) -> str:
    """Words behind a name that no other model has: a list tells them apart by their names alone."""
    count, found = 1, said
    while f"{base} · {found}" in taken:
        count += 1
        found = f"{said} {count}"
    return found


def add(model_id: str, table_id: str, recipe: Recipe, said: str) -> str:
    """Train a model by a recipe and put it beside the visitor's own; returns its id.

    Parameters
    ----------
    model_id, table_id : str
    recipe : Recipe
    said : str
        What is put behind the model's name.

    Raises
    ------
    ExplorerError
        If it cannot be trained; nothing is kept then.
    """
    upload = file_of(model_id)
    before = upload.options.get("recipe", {}).get("settings", {})
    plain = {**recipe.plain(), "settings": {**before, **recipe.settings}}
    options = {**upload.options, "recipe": plain, "table": table_id}
    options.pop("said", None)
    shelf = cache.uploads("model")
    for own in [name for name in (model_id,) if name in shelf]:
        shelf[own] = shelf.pop(own)  # the newest: with too many of them, another one is let go
    base = upload.name.removesuffix(f" · {upload.options.get('said', '')}")
    said = _untaken(base, said, {other.name for other in shelf.values()})
    identity = cache.add_upload("model", f"{base} · {said}", upload.data, **options, said=said)
    try:
        cache.model(identity)
        cache.pair(identity, table_id)
    except ExplorerError:
        cache.drop_upload("model", identity)
        raise
    return identity
