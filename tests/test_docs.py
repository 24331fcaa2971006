"""What the documents say is true of the tree."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from core import registry

ROOT = Path(__file__).resolve().parent.parent
FEATURES = (ROOT / "docs" / "features.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| ([A-Z]{2}\d+) \| (.+?) \| (done|open|partly: [^|]+) \| (.*?) \|$", FEATURES, re.MULTILINE)
TEXTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_no_text_holds_two_sides_of_a_merge(path: Path) -> None:
    assert not re.findall(r"^(?:<{7}|={7}|>{7})(?: |$)", path.read_text(encoding="utf-8"), re.MULTILINE)


def test_every_feature_row_has_a_status_once() -> None:
    ids = [row[0] for row in ROWS]
    assert len(ids) == len(set(ids)) == len(re.findall(r"^\| [A-Z]{2}\d+ \|", FEATURES, re.MULTILINE))
    assert len(ids) == 121


@pytest.mark.parametrize("row", [row for row in ROWS if row[2] != "open"], ids=lambda row: row[0])
def test_a_finished_row_names_a_test_that_exists(row: tuple[str, str, str, str]) -> None:
    named = re.findall(r"`(tests/[^`]+)`", row[3])
    assert named
    assert not [path for path in named if not (ROOT / path).exists()]


def test_every_known_error_names_tests_that_exist() -> None:
    text = (ROOT / "docs" / "known_errors.md").read_text(encoding="utf-8")
    lines = [
        line
        for line in text.splitlines()
        if line.startswith("| ") and not line.startswith(("| the original |", "| ---"))
    ]
    assert len(lines) >= 28
    for line in lines:
        named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", line)
        assert named or "not built yet" in line, line
        for path, test in named:
            assert f"def {test}(" in (ROOT / path).read_text(encoding="utf-8") if test else (ROOT / path).exists(), line


def test_the_readme_names_the_two_commands_and_its_picture() -> None:
    assert "make app" in README
    assert "make test" in README
    for picture in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README):
        assert (ROOT / picture).exists(), picture


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_links_inside_the_project_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(((?!https?:|#|mailto:)[^)#]+)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target


def test_every_method_of_a_row_is_in_the_readme() -> None:
    for method in registry.methods("row"):
        assert method.question in README or method.title.split(" (")[0].lower() in README.lower(), method.title


def test_the_notebook_lines_of_the_readme_run(tmp_path: Path) -> None:
    code = re.search(r"```python\n(.*?)```", README, re.DOTALL)
    assert code
    setting = (
        "import pandas as pd\nfrom sklearn.tree import DecisionTreeClassifier\n"
        "frame = pd.DataFrame({'a': range(20), 'b': [1, 2] * 10, 'approved': [0, 1] * 10})\n"
        "fitted_estimator = DecisionTreeClassifier(random_state=0).fit(frame[['a', 'b']], frame['approved'])\n"
    )
    script = tmp_path / "notebook.py"
    script.write_text(setting + code.group(1), encoding="utf-8")
    run = subprocess.run([sys.executable, str(script)], cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, capture_output=True)
    assert run.returncode == 0, run.stderr.decode()


def test_the_example_of_contributing_registers() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    code = re.search(r"```python\n(.*?)```", text, re.DOTALL)
    assert code
    names = re.findall(r"(\w+)=", code.group(1).split("def answer")[0])
    assert set(names) <= set(registry.Method.__dataclass_fields__)


def test_the_architecture_and_security_documents_exist() -> None:
    for name in ("ARCHITECTURE.md", "SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE"):
        assert (ROOT / name).exists(), name
