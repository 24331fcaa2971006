"""Between the stack and the containers: bare names stay inert, unfilled objects stay out."""

from __future__ import annotations

from typing import Any

from core.loading.unpickle.allowed import storable
from core.loading.unpickle.inert import Ref, Refused, Slot, Stub

INERT = frozenset((Ref, Slot))


def is_title(item: Ref) -> bool:
    """True for the names of classes that are models or their parts; beside a model they are only names."""
    return item.role == "new" or item.name.startswith("catboost.core.CatBoost")


def solid(item: Any) -> Any:
    """What may be put into a container: a real object; of bare names those of classes, which stay inert."""
    if item.__class__ is Slot:
        if not item.ready:
            raise Refused(f"{item.name} is used before it is complete", item.name)
        return item.value
    if item.__class__ is Ref:
        if item.role == "stub":
            return Stub(item.name)
        if is_title(item) and item.name not in storable():
            return item  # the last look finds out whether it lies beside a model
        if item.role != "value" and item.name not in storable():
            raise Refused(f"it stores {item.name} itself, which may only be used to build objects", item.name)
        return item.target
    return item


def loose(item: Any) -> Any:
    """What may be put into a tuple: names stay inert, for the opcode that takes the tuple as arguments."""
    if item.__class__ is Ref and item.role != "value":
        return item
    return solid(item)


def looses(items: list[Any]) -> list[Any]:
    """``loose`` for many."""
    return items if INERT.isdisjoint(map(type, items)) else [loose(item) for item in items]


def solids(items: list[Any]) -> list[Any]:
    """``solid`` for many."""
    return items if INERT.isdisjoint(map(type, items)) else [solid(item) for item in items]
