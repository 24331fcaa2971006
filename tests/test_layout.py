"""The tree keeps its shape: imports point one way, modules and functions stay small, heavy libraries load late."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("core", "pages", "sample_models", "benchmarks")
MODULES = [*sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")), ROOT / "streamlit_app.py"]
CORE = [path for path in MODULES if path.is_relative_to(ROOT / "core")]
LATE = {"shap", "lime", "catboost", "onnx", "onnxruntime", "skops", "matplotlib", "keras", "tensorflow", "numba"}
COMPILED = {
    *(f"core.shapley.{name}" for name in ("machine", "marks", "compiled", "instructions")),
    "core.loading.formats.digits",
}
"""Have numba at their heads, and are themselves imported when needed (``compiled``, ``instructions`` by the others)."""
BASES = {"Protocol", "Exception", "NamedTuple", "TypedDict", "Enum", "IntEnum", "StrEnum", "Structure", "Generic"}
OLDER = {
    *("AdaBoostClassifier", "NearestCentroid", "GradientBoostingClassifier", "GradientBoostingRegressor"),
    *("SVC", "NuSVC", "SVR", "NuSVR", "OneClassSVM", "OneVsRestClassifier"),
    *("SupervisedTransformerMixin", "BaseEncoder"),
}
"""Classes of a library that are refined: to answer as older versions did, or to look at what compiled code does not."""


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def nodes_of(path: Path) -> tuple[ast.AST, ...]:
    """All nodes of a module in the order of ``ast.walk``, which takes longer than what each rule asks of them."""
    return tuple(ast.walk(ast.parse(text_of(path))))


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [node.module]
    return []


def imports_of(path: Path) -> list[ast.Import | ast.ImportFrom]:
    return [node for node in nodes_of(path) if isinstance(node, ast.Import | ast.ImportFrom)]


def late(path: Path) -> set[ast.AST]:
    """Everything that an import of the module does not run: under ``TYPE_CHECKING`` or in a function."""
    found: set[ast.AST] = set()
    for node in nodes_of(path):
        typing = isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        if node not in found and (typing or isinstance(node, ast.FunctionDef)):
            found.update(ast.walk(node))
    return found


def code_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from ``def`` to the end, the docstring apart."""
    total = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        total -= (first.end_lineno or first.lineno) - first.lineno + 1
    return total


@pytest.mark.parametrize("path", CORE, ids=name_of)
def test_core_imports_point_inward(path: Path) -> None:
    for node in imports_of(path):
        for module in imported(node):
            top = module.split(".")[0]
            assert top not in ("pages", "streamlit_app", "tests", "benchmarks"), f"{module} from {name_of(path)}"
            if top == "streamlit":
                assert path == ROOT / "core" / "cache.py", f"streamlit from {name_of(path)}"


@pytest.mark.parametrize("path", [path for path in MODULES if "pages/parts" in path.as_posix()], ids=name_of)
def test_parts_do_not_import_pages(path: Path) -> None:
    for node in imports_of(path):
        for module in imported(node):
            assert not module.startswith("pages.") or module.startswith("pages.parts"), module


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_modules_and_functions_are_small(path: Path) -> None:
    assert len(text_of(path).splitlines()) <= 300
    for node in nodes_of(path):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert code_lines(node) <= 40, f"{node.name} has {code_lines(node)} lines"


@pytest.mark.parametrize("path", [path for path in MODULES if path.parent == ROOT / "pages"], ids=name_of)
def test_a_page_is_under_a_hundred_lines(path: Path) -> None:
    assert len(text_of(path).splitlines()) <= 100


@pytest.mark.parametrize("path", CORE, ids=name_of)
def test_heavy_libraries_are_imported_when_needed(path: Path) -> None:
    compiled = name_of(path).removesuffix(".py").replace("/", ".") in COMPILED
    heavy = LATE - {"numba"} if compiled else LATE
    skipped = late(path)
    for node in imports_of(path):
        if node not in skipped:
            for module in imported(node):
                assert module.split(".")[0] not in heavy, f"{module} at import of {name_of(path)}"
                names = (
                    {f"{module}.{alias.name}" for alias in node.names} if isinstance(node, ast.ImportFrom) else set()
                )
                assert compiled or not COMPILED & {module, *names}, f"{module} at import of {name_of(path)}"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_pyplot_no_swallowed_error_no_inheritance(path: Path) -> None:
    for node in nodes_of(path):
        assert not any("pyplot" in module for module in imported(node)), "pyplot is shared between visitors"
        if isinstance(node, ast.ExceptHandler):
            assert not (len(node.body) == 1 and isinstance(node.body[0], ast.Pass)), f"line {node.lineno}"
        if isinstance(node, ast.ClassDef):
            for base in node.bases:
                name = ast.unparse(base).split("[")[0].split(".")[-1]
                allowed = name in BASES | OLDER or name.endswith(("Error", "Unpickler")) or name == "ExplorerError"
                assert allowed, f"{node.name} inherits from {name}"


def test_no_module_is_called_utils() -> None:
    assert not [name_of(path) for path in MODULES if path.stem in ("utils", "helpers", "misc", "common")]


def test_every_folder_is_described_in_the_architecture() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    folders = {name_of(path.parent) for path in MODULES if path.parent != ROOT}
    assert not [folder for folder in sorted(folders) if f"`{folder}" not in text]
