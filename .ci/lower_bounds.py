"""Print the oldest releases that a user may have, as constraints for pip, out of pyproject.toml.

    python3 .ci/lower_bounds.py parquet xlsx > oldest.txt
    pip install -e '.[dev]' --constraint oldest.txt

turns `pandas>=2.2.2` into `pandas==2.2.2`: of the project itself, and of the extras named.
"""

import re
import sys
import tomllib
from pathlib import Path

PYPROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"
REQUIREMENT = re.compile(r"(?P<name>[\w.-]+)(?:\[[\w,-]+\])?>=(?P<bound>[\w.]+)")


def lower_bounds(project: dict, extras: list[str]) -> list[str]:
    """Give each requirement that has a lower bound as a requirement of just that release."""
    optional = project["optional-dependencies"]
    requirements = [*project["dependencies"], *(one for extra in extras for one in optional[extra])]
    found = [(requirement, REQUIREMENT.fullmatch(requirement)) for requirement in requirements]
    if unread := [requirement for requirement, bound in found if bound is None]:
        raise SystemExit(f"pyproject.toml: found {unread}; expected NAME>=RELEASE")
    return [f"{bound['name']}=={bound['bound']}" for _, bound in found if bound]


if __name__ == "__main__":
    document = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))
    sys.stdout.writelines(f"{line}\n" for line in lower_bounds(document["project"], sys.argv[1:]))
