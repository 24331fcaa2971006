"""A bounded, thread-safe memory for models, tables and answers."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

T = TypeVar("T")


class Store:
    """Values by family and key; each family keeps its most recently used entries.

    Parameters
    ----------
    limits : mapping of str to int
        Most entries of each family.
    release : callable, optional
        Called with each value that leaves (to close a worker).
    """

    def __init__(self, limits: Mapping[str, int], release: Callable[[Any], None] = lambda _value: None) -> None:
        self._limits = dict(limits)
        self._release = release
        self._families: dict[str, OrderedDict[str, Any]] = {family: OrderedDict() for family in limits}
        self._making: dict[tuple[str, str], threading.RLock] = {}
        self._lock = threading.Lock()

    def find(self, family: str, key: str) -> Any | None:
        """The value, or None when it is not held."""
        with self._lock:
            entries = self._families[family]
            if key not in entries:
                return None
            entries.move_to_end(key)
            return entries[key]

    def keep(self, family: str, key: str, value: Any) -> None:
        """Hold a value; the least recently used ones over the limit leave."""
        with self._lock:
            entries = self._families[family]
            left = [entries.pop(key)] if key in entries else []
            entries[key] = value
            while len(entries) > self._limits[family]:
                left.append(entries.popitem(last=False)[1])
        for old in left:
            if old is not value:
                self._release(old)

    def get(self, family: str, key: str, make: Callable[[], T]) -> T:
        """The value held, or the one that ``make`` returns; two askers at once make it once."""
        found = self.find(family, key)
        if found is not None:
            return found  # type: ignore[no-any-return]  # what was kept under this key is what make returns
        with self._lock:
            making = self._making.setdefault((family, key), threading.RLock())
        try:
            with making:
                found = self.find(family, key)
                if found is None:
                    found = make()
                    self.keep(family, key, found)
        finally:
            with self._lock:
                self._making.pop((family, key), None)
        return found

    def drop(self, family: str, key: str) -> None:
        """Let one value go."""
        with self._lock:
            value = self._families[family].pop(key, None)
        if value is not None:
            self._release(value)

    def close(self) -> None:
        """Let everything go."""
        with self._lock:
            left = [value for entries in self._families.values() for value in entries.values()]
            for entries in self._families.values():
                entries.clear()
        for value in left:
            self._release(value)

    def __len__(self) -> int:
        return sum(len(entries) for entries in self._families.values())
