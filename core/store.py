"""A bounded, thread-safe memory for models, tables and answers."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

T = TypeVar("T")


class Budget:
    """Bytes that one or several stores may hold together; what was used longest ago leaves first, whosever it is.

    Parameters
    ----------
    most : int
        Bytes. The newest value stays even where it alone is larger: somebody is looking at it.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.held = 0
        self._entries: OrderedDict[tuple[Store, str, str], int] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, entry: tuple[Store, str, str], weight: int) -> list[tuple[Store, str, str]]:
        """Count a value; returns those that have to leave."""
        with self._lock:
            self.held += weight - self._entries.pop(entry, 0)
            self._entries[entry] = weight
            leave = []
            while self.held > self.most and len(self._entries) > 1:
                oldest, size = self._entries.popitem(last=False)
                self.held -= size
                leave.append(oldest)
        return leave

    def touch(self, entry: tuple[Store, str, str]) -> None:
        """It was used."""
        with self._lock:
            if entry in self._entries:
                self._entries.move_to_end(entry)

    def give(self, entry: tuple[Store, str, str]) -> None:
        """It is gone."""
        with self._lock:
            self.held -= self._entries.pop(entry, 0)


class Store:
    """Values by family and key; each family keeps its most recently used entries.

    Parameters
    ----------
    limits : mapping of str to int
        Most entries of each family.
    release : callable, optional
        Called with each value that leaves (to close a worker).
    weigh : callable, optional
        Bytes that a value holds.
    budgets : sequence of Budget
        Bytes that this store may hold, alone or with others.
    """

    def __init__(
        self,
        limits: Mapping[str, int],
        release: Callable[[Any], None] = lambda _value: None,
        weigh: Callable[[Any], int] = lambda _value: 0,
        budgets: Sequence[Budget] = (),
    ) -> None:
        self._limits = dict(limits)
        self._release = release
        self._weigh, self._budgets = weigh, tuple(budgets)
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
            value = entries[key]
        for budget in self._budgets:
            budget.touch((self, family, key))
        return value

    def keep(self, family: str, key: str, value: Any) -> None:
        """Hold a value; the least recently used ones over the limit leave."""
        with self._lock:
            entries = self._families[family]
            left = [(key, entries.pop(key))] if key in entries else []
            entries[key] = value
            while len(entries) > self._limits[family]:
                left.append(entries.popitem(last=False))
        for name, old in left:
            for budget in self._budgets:
                budget.give((self, family, name))
            if old is not value:
                self._release(old)
        self._count(family, key, value)

    def _count(self, family: str, key: str, value: Any) -> None:
        """Weigh a value; what is over a budget leaves its store."""
        weight = self._weigh(value) if self._budgets else 0
        if weight:
            for budget in self._budgets:
                for store, of, name in budget.take((self, family, key), weight):
                    store.drop(of, name)

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
        for budget in self._budgets:
            budget.give((self, family, key))
        if value is not None:
            self._release(value)

    def close(self) -> None:
        """Let everything go."""
        with self._lock:
            left = [(family, *item) for family, entries in self._families.items() for item in entries.items()]
            for entries in self._families.values():
                entries.clear()
        for family, key, value in left:
            for budget in self._budgets:
                budget.give((self, family, key))
            self._release(value)

    def __len__(self) -> int:
        return sum(len(entries) for entries in self._families.values())
