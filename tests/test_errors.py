from __future__ import annotations

import pytest

from core.errors import ComputeError, ExplorerError, InputError, ModelError, NotApplicable, unknown_name


@pytest.mark.parametrize("kind", [InputError, ModelError, NotApplicable, ComputeError])
def test_each_error_says_what_why_and_what_to_do(kind: type[ExplorerError]) -> None:
    error = kind("It broke.", "Because of this.", "Do that.")
    assert str(error) == "It broke. Because of this. Do that."
    assert (error.what, error.why, error.hint) == ("It broke.", "Because of this.", "Do that.")
    assert isinstance(error, ExplorerError)


def test_an_unknown_name_offers_the_nearest() -> None:
    assert "income" in unknown_name("feature", "incom", ["income", "age"]).hint
    assert "Choose one of: income, age" in unknown_name("feature", "zzz", ["income", "age"]).hint


def test_a_long_list_of_names_is_cut() -> None:
    assert len(unknown_name("feature", "?", [f"column_{n}" for n in range(500)]).hint) < 300
