"""What the scanners say to files, in their own environment: a path a line in, a line of verdicts out.

A verdict is ``clean`` where a tool says so, ``refused`` where it finds something or cannot read the file, and
``silent`` where it says that it looked at nothing.
"""

from __future__ import annotations

import io
import json
import logging
import sys
import warnings
from collections.abc import Callable
from importlib.metadata import version


def picklescan(path: str) -> str:
    """``picklescan --path``."""
    from picklescan.scanner import scan_file_path

    found = scan_file_path(path)
    if found.scan_err or found.issues_count or found.infected_files:
        return "refused"
    return "clean" if found.scanned_files else "silent"


def modelscan(path: str) -> str:
    """``modelscan --path``."""
    from modelscan.modelscan import ModelScan

    scan = ModelScan()
    scan.scan(path)
    if scan.issues.all_issues or scan.errors:
        return "refused"
    return "clean" if scan.scanned else "silent"


def fickling(path: str) -> str:
    """``fickling.is_likely_safe``, whose analyses hold the allow-list of machine learning's names."""
    from fickling import is_likely_safe

    return "clean" if is_likely_safe(path) else "refused"


def fickling_ml(path: str) -> str:
    """Fickling's allow-list of machine learning's names, over every name that the file asks for."""
    from fickling.analysis import Severity, check_safety
    from fickling.fickle import Pickled
    from fickling.ml import MLAllowlist

    with open(path, "rb") as file:
        found = Pickled.load(file, fail_on_decode_error=False)
    if found.has_invalid_opcode:
        return "refused"
    from fickling.analysis import Analyzer

    severity = check_safety(found, analyzer=Analyzer((MLAllowlist(),))).severity
    return "clean" if severity <= Severity.LIKELY_SAFE else "refused"


TOOLS: dict[str, Callable[[str], str]] = {
    "picklescan": picklescan,
    "modelscan": modelscan,
    "fickling": fickling,
    "fickling, ML allow-list": fickling_ml,
}


def main() -> None:
    """Answer each path with a JSON object of verdicts; the first line names the versions."""
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    answers, sys.stdout = sys.stdout, io.StringIO()  # the scanners talk
    print(json.dumps({name: version(name.partition(",")[0]) for name in TOOLS}), file=answers, flush=True)
    for line in sys.stdin:
        print(
            json.dumps({name: _said(tool, line.rstrip("\n")) for name, tool in TOOLS.items()}), file=answers, flush=True
        )


def _said(tool: Callable[[str], str], path: str) -> str:
    """A verdict; a tool that fails lets nothing through."""
    try:
        return tool(path)
    except (Exception, SystemExit, RecursionError, MemoryError):
        return "refused"


if __name__ == "__main__":
    main()
