"""``GLMMEncoder`` of category_encoders: its own module needs statsmodels, which fits it and encodes nothing."""

from __future__ import annotations

from typing import Any

import pandas as pd
from category_encoders.utils import BaseEncoder, EncodingRelation, SupervisedTransformerMixin


class GLMMEncoder(SupervisedTransformerMixin, BaseEncoder):  # type: ignore[misc]  # category_encoders has no types
    """Takes the place of their class when it is read from a file: it encodes as theirs does, and cannot be fitted."""

    prefit_ordinal = True
    encoding_relation = EncodingRelation.ONE_TO_ONE

    def __init__(
        self,
        verbose: int = 0,
        cols: Any = None,
        drop_invariant: bool = False,
        return_df: bool = True,
        handle_unknown: str = "value",
        handle_missing: str = "value",
        random_state: Any = None,
        randomized: bool = False,
        sigma: float = 0.05,
        binomial_target: bool | None = None,
        min_group_size: Any = None,
        min_group_name: str | None = None,
        combine_min_nan_groups: Any = None,
        composite_cols: Any = None,
        keep_components: bool = False,
    ) -> None:
        super().__init__(
            verbose=verbose,
            cols=cols,
            drop_invariant=drop_invariant,
            return_df=return_df,
            handle_unknown=handle_unknown,
            handle_missing=handle_missing,
            min_group_size=min_group_size,
            min_group_name=min_group_name,
            combine_min_nan_groups=combine_min_nan_groups,
            composite_cols=composite_cols,
            keep_components=keep_components,
        )
        self.ordinal_encoder: Any = None
        self.mapping: Any = None
        self.random_state, self.randomized, self.sigma = random_state, randomized, sigma
        self.binomial_target = binomial_target

    def _fit(self, _rows: Any, _target: Any, **_settings: Any) -> None:
        """Not here."""
        raise NotImplementedError("GLMMEncoder is fitted by statsmodels, which is not part of this app.")

    def _transform(self, rows: pd.DataFrame, _target: Any = None) -> pd.DataFrame:
        """What each level was found to add, by column."""
        coded: pd.DataFrame = self.ordinal_encoder.transform(rows)
        for column in self.cols:
            if self.handle_unknown == "error" and (coded[column] == -1).any():
                raise ValueError("Unexpected categories found in dataframe")
            coded[column] = coded[column].map(self.mapping[column])
        return coded
