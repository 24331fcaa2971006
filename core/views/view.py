"""What every view of a result is: one drawing for the app and the report alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A result made visible.

    Attributes
    ----------
    spec : dict
        Vega-Lite 6, constant for the kind and its options; its data is named ``rows``.
        Texts from outside appear in the data only.
    rows : list of dict
        The records that the spec draws (plain JSON values).
    table : DataFrame
        The same numbers to read and to download.
    sentence : str
        What the picture says, in plain words, the answer first.
    alt : str
        The same for people who do not see the picture.
    """

    spec: dict[str, Any]
    rows: list[dict[str, Any]]
    table: pd.DataFrame
    sentence: str
    alt: str
