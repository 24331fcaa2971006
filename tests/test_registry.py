from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from core import registry
from core.errors import InputError
from core.registry import Method, method
from core.results import KINDS

ROOT = Path(__file__).parent.parent
HEAVY = (
    "sklearn",
    "scipy.stats",
    "shap",
    "numba",
    "lime",
    "xgboost",
    "lightgbm",
    "catboost",
    "matplotlib",
    "streamlit",
)


def test_methods_are_found_in_order() -> None:
    found = registry.methods()
    assert {"shap", "lime", "ceteris_paribus", "nudges"} <= {entry.id for entry in found}
    assert [entry.order for entry in found] == sorted(entry.order for entry in found)
    assert found[0].id == "shap"


@pytest.mark.parametrize("entry", registry.methods(), ids=lambda entry: entry.id)
def test_a_method_describes_itself(entry: Method) -> None:
    assert entry.kind in KINDS
    assert entry.question.endswith("?")
    assert entry.title
    assert len(entry.about) > 200, "how to read it, the formula, when it misleads, the source"
    for part in ("**what it is", "**cost", "mislead", "doi"):
        assert part in entry.about.lower()
    assert "formula" in entry.about.lower() or "$" in entry.about
    names = [param.name for param in entry.params]
    assert len(names) == len(set(names))
    for param in entry.params:
        assert param.help
        if param.kind == "choice":
            assert param.default in param.choices
        if param.low is not None and param.default is not None:
            assert param.low <= param.default <= (param.high or param.default)


def test_an_unknown_method_offers_the_nearest() -> None:
    with pytest.raises(InputError, match="shapp") as caught:
        registry.get("shapp")
    assert "shap" in caught.value.hint


def test_two_files_cannot_register_one_id() -> None:
    with pytest.raises(ValueError, match="two methods are called shap"):
        method(id="shap", title="x", question="?", version="1", scope="row", kind="attribution")(lambda _job: None)


def test_the_method_that_is_asked_for_does_not_wait_for_the_others() -> None:
    code = (
        "import sys; from core import registry; registry.get('shap'); "
        "print(sorted(n for n in sys.modules if n.startswith('core.methods.')))"
    )
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "['core.methods.shap']"
    assert {entry.id for entry in registry.methods()} >= registry._modules(), "each file is called as its method"


@pytest.mark.parametrize("name", ["", "__init__", "..types", "../engine", "shap.os", "os", "types"])
def test_no_name_imports_anything_but_a_method(name: str) -> None:
    with pytest.raises(InputError):
        registry.get(name)


def test_finding_the_methods_imports_no_heavy_library() -> None:
    """The first explanation must not wait for what other methods need."""
    code = f"import sys; from core import registry; registry.methods(); print([n for n in {HEAVY} if n in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
