"""An upload and its worker: whoever asks first opens it, once."""

from __future__ import annotations

import pickle
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression

from core.errors import ModelError
from core.workers import alive, close_all, open_model
from core.workers.lease import Lease
from core.workers.settings import from_environment
from core.workers.wire import Message

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="workers need Linux")
X = pd.DataFrame(np.random.default_rng(0).normal(size=(30, 3)), columns=list("abc"))
FITTED = LinearRegression().fit(X, X["a"] - X["b"])


def test_several_first_questions_at_once_start_one_worker() -> None:
    close_all()
    there = open_model(pickle.dumps(FITTED), "m.pkl")
    there.close()
    assert alive() == 0
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _turn: there.predict(X), range(6)))
    assert alive() == 1
    assert all(np.array_equal(answer[:, 0], FITTED.predict(X)) for answer in answers)
    there.close()


def test_a_file_that_is_refused_leaves_no_worker() -> None:
    close_all()
    lease = Lease(b"cos\nsystem\n(S'true'\ntR.", "m.pkl", {}, from_environment())
    for _again in range(2):
        with pytest.raises(ModelError):
            lease.ask(Message({"op": "settings"}), 10)
        assert (lease.place, alive()) == (None, 0)
