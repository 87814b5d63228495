"""The pictures of the README: drawn by the commands that stand above them."""

from __future__ import annotations

import re
import shlex
import tempfile
from pathlib import Path

from tests.cli.test_commands import kmscost
from tests.consoles import blocks, steps
from tests.real_data import ROOT

FOLDER = ROOT / "docs" / "pictures"


def picture_commands() -> dict[str, list[str]]:
    """The arguments of each `plot` of the README, by the name of its file."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    found = {}
    for block in blocks(readme, "console"):
        for command, _ in steps(block):
            _, *arguments = shlex.split(command)
            if arguments[0] == "plot":
                found[arguments[-1]] = arguments[:-2]
    return found


def draw_picture(arguments: list[str]) -> str:
    """Run a command of the README and return the SVG that it writes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "picture.svg"
        inventory, *options = arguments[1:]
        done = kmscost("plot", ROOT / inventory, *options, "--output", path)
        assert done.exit_code == 0, done.stderr
        return path.read_text(encoding="utf-8")


def words_of(svg: str) -> list[str]:
    """The texts of an SVG: what does not depend on the release of matplotlib."""
    return re.findall(r"<(?:text|title|desc)[^>]*>(.*?)</", svg)
