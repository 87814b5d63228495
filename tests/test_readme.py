"""Every command of the README runs and prints what the README says."""

import shutil

import pytest

from estimator import init
from tests.consoles import blocks, run_block
from tests.october import write_october
from tests.pictures import FOLDER, draw_picture, picture_commands, words_of
from tests.real_data import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "block", blocks(README, "console"), ids=lambda block: block.splitlines()[0][2:50]
)
def test_console_blocks_print_what_they_say(block, tmp_path):
    """Commands run in order in a copy of the examples; `...` stands for lines left out."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    if " logs " in block:  # what a reader has, where the examples are too small
        write_october(tmp_path / "logs")
        init(tmp_path / "inventory.yaml")
    run_block(block, tmp_path)


@pytest.mark.parametrize("code", blocks(README, "python"))
def test_python_blocks_run(code, monkeypatch):
    """The code of the README runs as it stands."""
    monkeypatch.chdir(ROOT)
    exec(compile(code, "README.md", "exec"), {})  # noqa: S102 (our own README)


def test_the_first_screen_has_the_two_commands():
    """One line installs and forecasts, one line installs and tests."""
    first = blocks(README, "sh")
    assert "kmscost forecast examples/organization.yaml" in first[0]
    assert "pytest" in first[1]
    assert all(len(block.splitlines()) == 1 for block in first[:2])
    assert README.index(first[1]) < README.index("\n## ")


@pytest.mark.parametrize("name", picture_commands())
def test_pictures_are_drawn_by_the_commands_above_them(name):
    """Each picture shows what its command draws today, and the README shows each of them."""
    fresh = words_of(draw_picture(picture_commands()[name]))
    assert words_of((FOLDER / name).read_text(encoding="utf-8")) == fresh
    assert f"](docs/pictures/{name})" in README
