"""Judge proposals independently of the code that made them: predicted again, measured in the data's own types."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import _nudge_cases as cases
import numpy as np
import pandas as pd

Methods = dict[str, dict[int, list[dict[str, Any]]]]


@dataclass(frozen=True)
class Scored:
    """One proposal, coerced to the data's types."""

    values: dict[str, Any]
    valid: bool
    proper: bool
    changes: int
    distance: float
    isolation: float
    names: frozenset[str]


class Judge:
    """Measures of one case's proposals."""

    def __init__(self, case: cases.Case) -> None:
        self.case = case
        self.own = case.outputs(case.inputs.iloc[case.rows])
        self.everything = case.outputs(case.inputs)
        numbers = case.inputs[case.numbers]
        self.low, self.high = numbers.min(), numbers.max()
        self.span = (self.high - self.low).replace(0, 1)
        self.whole = {name for name in case.numbers if (case.inputs[name] % 1 == 0).all()}
        self.levels = {name: set(case.inputs[name]) for name in case.texts}
        self.gaps = {
            row: self._isolation(slot, case.inputs.iloc[[row]].reset_index(drop=True))
            for slot, row in enumerate(map(int, case.rows))
        }

    def score(self, slot: int, values: dict[str, Any]) -> Scored:
        """Coerce a proposal, predict it again, measure it."""
        proper = self._proper(values)
        coerced = {name: self._coerce(name, values[name]) for name in self.case.inputs}
        frame = pd.DataFrame([coerced]).astype(self.case.inputs.dtypes.to_dict())
        valid = bool(self.case.reached(slot, self.case.outputs(frame), self.own[slot])[0])
        shares = self._shares(frame, self.case.inputs.iloc[[self.case.rows[slot]]].reset_index(drop=True)).iloc[0]
        names = frozenset(shares.index[shares > 0])
        return Scored(coerced, valid, proper, len(names), float(shares.mean()), self._isolation(slot, frame), names)

    def cheapest(self, slot: int, frame: pd.DataFrame) -> list[Scored]:
        """The fewest-features and the nearest of many valid rows."""
        if not len(frame):
            return []
        frame = frame.reset_index(drop=True)
        instance = self.case.inputs.iloc[[self.case.rows[slot]]]
        shares = self._shares(frame, instance.iloc[np.zeros(len(frame), dtype=int)].reset_index(drop=True))
        count, distance = (shares > 0).sum(axis=1), shares.mean(axis=1)
        picked = {int(distance.idxmin()), int((count + distance).idxmin())}
        return [
            Scored(frame.iloc[at].to_dict(), True, True, int(count[at]), float(distance[at]), np.nan, frozenset())
            for at in picked
        ]

    def rows(self, methods: Methods) -> list[dict[str, Any]]:
        """A record per method and row that it was asked, measured against the best of the row."""
        records = []
        for slot, row in enumerate(map(int, self.case.rows)):
            scored = {
                name: [(self.score(slot, item["row"]), item) for item in found[row] if "row" in item]
                for name, found in methods.items()
                if row in found
            }
            valid = [item for found in scored.values() for item, _ in found if item.valid and item.proper]
            fewest = min(valid, key=lambda item: (item.changes, item.distance), default=None)
            least = min((item.distance for item in valid), default=np.nan)
            records += [self._record(row, name, found, fewest, least) for name, found in scored.items()]
        return records

    def _record(self, row: int, name: str, found: list[Any], fewest: Scored | None, least: float) -> dict[str, Any]:
        """One method's answer to one row; of several answers the best counts."""
        record = {"data": self.case.data, "model": self.case.kind, "method": name, "row": row, "count": len(found)}
        good = [(item, raw) for item, raw in found if item.valid]
        record |= {"answered": bool(found), "gap": self.gaps[row]}
        record |= {"valid": bool(found) and len(good) == len(found), "proper": all(item.proper for item, _ in found)}
        record["seconds"] = found[0][1]["seconds"] if found else np.nan
        record["cpu"] = found[0][1].get("cpu", np.nan) if found else np.nan
        record["proved"] = found[0][1].get("proved", "") if found else ""
        if not good or fewest is None:
            record["valid"] = fewest is None and not found
            return record
        best = min((item for item, _ in good), key=lambda item: (item.changes, item.distance))
        pairs = [(one.names, two.names) for (one, _), (two, _) in combinations(good, 2)]
        return record | {
            "ratio": best.distance / fewest.distance,
            "nearest_ratio": best.distance / least,
            "beyond": best.changes - fewest.changes,
            "changes": best.changes,
            "distance": best.distance,
            "isolation": best.isolation,
            "spread": np.mean([len(one ^ two) for one, two in pairs]) if pairs else np.nan,
            "jaccard": np.mean([_jaccard(one, two) for one, two in pairs]) if pairs else np.nan,
        }

    def _proper(self, values: dict[str, Any]) -> bool:
        """Existing levels, whole numbers whole, numbers within the observed range, types kept."""
        return all(self._fits(name, values[name]) for name in self.case.inputs)

    def _fits(self, name: str, value: Any) -> bool:
        """One cell as the data could hold it."""
        if name in self.levels:
            return value in self.levels[name]
        if isinstance(value, str) or not self.low[name] <= value <= self.high[name]:
            return False
        return name not in self.whole or (value % 1 == 0 and not (self._integers(name) and isinstance(value, float)))

    def _integers(self, name: str) -> bool:
        """True for a column of integer type."""
        return self.case.inputs[name].dtype.kind == "i"

    def _coerce(self, name: str, value: Any) -> Any:
        """A proposal's cell in the column's own type."""
        if name in self.levels:
            return value
        return round(float(value)) if self._integers(name) else float(value)

    def _shares(self, frame: pd.DataFrame, origin: pd.DataFrame) -> pd.DataFrame:
        """Each feature's share of the Gower distance."""
        return pd.DataFrame({
            name: (frame[name] - origin[name]).abs() / self.span[name]
            if name in self.case.numbers
            else (frame[name] != origin[name]).astype(float)
            for name in self.case.inputs
        })  # fmt: skip  # a table

    def _isolation(self, slot: int, frame: pd.DataFrame) -> float:
        """Distance to the nearest real row that reaches the goal."""
        others = self.case.inputs[self.case.reached(slot, self.everything, self.own[slot])]
        if not len(others):
            return np.nan
        numbers = np.abs(others[self.case.numbers].to_numpy(float) - frame[self.case.numbers].to_numpy(float))
        total = (numbers / self.span.to_numpy(float)).sum(axis=1)
        if self.case.texts:
            total = total + (others[self.case.texts].to_numpy() != frame[self.case.texts].to_numpy()).sum(axis=1)
        return float(total.min() / len(self.case.inputs.columns))


def _jaccard(one: frozenset[str], two: frozenset[str]) -> float:
    """Share of the features of either that are not in both."""
    return 1 - len(one & two) / max(1, len(one | two))
