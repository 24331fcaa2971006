"""skops files: every part is built by the allow-list of pickles, and the result passes the same checks."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from core.loading.formats.skops_parts import Reader
from core.loading.formats.tree_checks import damaged
from core.loading.pickles import guarded
from core.loading.unpickle.states import check

MAX_DEPTH = 300
MAX_PARTS = 2_000_000


def load(data: bytes, name: str) -> Any:
    """Check the schema's form, build it by the rules of the pickle door, and pass the object through the same checks.

    Raises
    ------
    ModelError
        If a type is not on the list or the file is damaged.
    """
    try:
        schema = _bounded(data)
    except (ValueError, KeyError, RecursionError, NotImplementedError, RuntimeError, zipfile.BadZipFile) as error:
        raise damaged(name, f"Its schema cannot be read: {str(error)[:120]}") from error

    def built() -> Any:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            reader = Reader(archive)
            return check(reader.build(schema), reader.machine.nodes)

    return guarded(built, name)


def _bounded(data: bytes) -> dict[str, Any]:
    """The schema, unless its parts lie too deep, or refer to each other so often that they have no end.

    Raises
    ------
    ValueError
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        schema = json.loads(archive.read("schema.json"))
    if not isinstance(schema, dict):
        raise ValueError("it is no schema")
    pending: list[tuple[Any, int, bool]] = [(schema, 0, False)]
    sizes: dict[int, int] = {}  # of the parts of this tree, by where they lie
    named: dict[Any, int] = {}  # of the parts that others refer to
    while pending:
        part, depth, done = pending.pop()
        if depth > MAX_DEPTH:
            raise ValueError("its parts lie in each other too deep")
        inner = list(part.values()) if isinstance(part, dict) else part
        inner = [item for item in inner if isinstance(item, dict | list)]
        if not done:
            pending.append((part, depth, True))
            pending += [(item, depth + 1, False) for item in reversed(inner)]
            continue
        name = part.get("__id__") if isinstance(part, dict) else None
        own = 1 + sum(sizes[id(item)] for item in inner)
        if isinstance(name, int):
            own = named[name] = max(own, named.get(name, 0))
        sizes[id(part)] = own
        if own > MAX_PARTS:
            raise ValueError("its parts repeat each other without end")
    return schema
