"""One model against the rest for each class: how many rows they answer for is looked at before compiled code counts."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import csc_array
from sklearn import multiclass
from sklearn.utils.validation import _num_samples, check_is_fitted


class OneVsRestClassifier(multiclass.OneVsRestClassifier):  # type: ignore[misc]  # no types there
    """scikit-learn's, with a look at the answers: a member may be any model, and its last step any function."""

    def predict(self, X: Any) -> Any:
        """Name the class, or the labels, of each row.

        Raises
        ------
        ValueError
            If a model answers for another number of rows.
        """
        check_is_fitted(self)
        if self.label_binarizer_.y_type_ == "multiclass":
            return super().predict(X)
        limit = multiclass._threshold_for_binary_predict(self.estimators_[0])
        chosen = [np.asarray(multiclass._predict_binary(member, X)) > limit for member in self.estimators_]
        if any(found.shape != (_num_samples(X),) for found in chosen):
            raise ValueError("a model of one class answers for another number of rows")
        return self.label_binarizer_.inverse_transform(csc_array(np.column_stack(chosen).astype(int)))
