"""A linear model in a worker; none is left behind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core.workers import RemoteModel, close_all, open_model
from tests.workers.asked_models import LINEAR


@pytest.fixture(scope="module", autouse=True)
def _closed_in_the_end() -> Iterator[None]:
    yield
    close_all()


@pytest.fixture
def remote() -> Iterator[RemoteModel]:
    model = open_model(LINEAR, "m.pkl")
    yield model
    model.close()
