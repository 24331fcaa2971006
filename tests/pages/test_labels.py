"""What settings are called: every word belongs to a setting that there is, and none hides two choices behind one."""

from __future__ import annotations

import pytest

from core import registry
from pages.parts import labels

PARAMS = {(method.id, param.name): param for method in registry.methods() for param in method.params}


def test_every_title_and_choice_is_of_a_setting_that_there_is() -> None:
    names = {name for _method, name in PARAMS}
    assert set(labels.TITLES) <= names
    assert set(labels.OF_METHODS) <= set(PARAMS)
    known = {(name, choice) for (_method, name), param in PARAMS.items() for choice in param.choices}
    assert set(labels.CHOICES) <= known


@pytest.mark.parametrize("method", [method.id for method in registry.methods()])
def test_settings_of_a_method_and_choices_of_a_setting_differ(method: str) -> None:
    params = [param for (owner, _name), param in PARAMS.items() if owner == method]
    titles = [labels.title(method, param) for param in params if not param.expert]
    assert len(set(titles)) == len(titles)
    for param in params:
        told = [labels.choice(param, choice) for choice in param.choices]
        assert len(set(told)) == len(told)
