"""One rule, one home: what only the home of a rule may do, read from the sources themselves."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for package in ("estimator", "pricing")
    for path in sorted((ROOT / package).rglob("*.py"))
}

# a mark of the rule in code, and the modules that may have it
HOMES = {
    "an ARN is taken apart": (r'\.split\(":"|"arn:\[|arn:aws\[|r"arn:', {"pricing/arns.py"}),
    "an ARN is put together": (r'f"arn:\{', {"pricing/arns.py"}),
    "a Region's partition": (r'startswith\(\(?"(?:us-gov-|cn-)', {"pricing/regions.py"}),
    "the look of a Region's code": (r"\[a-z\]\{2,\}\(\?:-\[a-z\]\+\)", {"pricing/region_codes.py"}),
    "quotes of YAML": (r'"yes", "no", "on", "off"', {"pricing/reading/scalar_writer.py"}),
    "a stream of JSON": (
        r"raw_decode",
        # joined log files are split in memory, where no bound is wanted; between documents of other
        # programs stand lines of theirs
        {
            "pricing/reading/json_stream.py",
            "pricing/reading/json_files.py",
            "estimator/measurement/envelopes/documents.py",
        },
    ),
    "the first bytes of a format": (
        r'b"(?:PK\\x0|PAR1|\\x1f\\x8b|BZh"|Obj\\x01)',
        {"pricing/reading/magic_numbers.py"},
    ),
    # a sentence that names the first ones alone would hide how many there are
    "names in a sentence, of many the first ones": (
        r'" and \{[^}]*\} more"|, "\.join\([^\n]*\[:(?!-)',
        {"estimator/figures.py", "estimator/measurement/services.py"},
    ),
    # labels of charts are folded by letters, at hyphens too
    "words in lines of a width": (
        r"textwrap",
        {
            "pricing/reading/words.py",
            "estimator/report/charts/__init__.py",
            "estimator/report/charts/fan.py",
        },
    ),
    "msgspec's words are no data": (r'" - at |partition\(" - ', set()),
}


@pytest.mark.parametrize("rule", HOMES)
def test_a_rule_has_one_home(rule):
    """A second place asks the first."""
    mark, homes = HOMES[rule]
    assert {path for path, text in SOURCES.items() if re.search(mark, text)} <= homes


def test_a_module_keeps_its_name():
    """`import estimator.<anything>` gives a module: no function of a package has its name."""
    shadowed = []
    for path, text in SOURCES.items():
        if not path.endswith("/__init__.py"):
            continue
        package = Path(path).parent
        for node in ast.parse(text).body:
            # a module may be imported as itself
            is_own = isinstance(node, ast.ImportFrom) and node.module == ".".join(package.parts)
            names = () if is_own else _names_given_by(node)
            shadowed += [f"{path}:{name}" for name in names if _is_module(package / name)]
    assert shadowed == []


def _names_given_by(node):
    """The names that a statement binds."""
    if isinstance(node, ast.ImportFrom):
        return [alias.asname or alias.name for alias in node.names]
    return [node.name] if isinstance(node, ast.FunctionDef | ast.ClassDef) else []


def _is_module(place):
    return f"{place.as_posix()}.py" in SOURCES or f"{place.as_posix()}/__init__.py" in SOURCES
