"""The pages under docs/: their commands run, their links lead somewhere."""

import gzip
import re
import shlex
import shutil

import pytest

from estimator import KmscostError, init
from tests.command_pages import all_commands
from tests.consoles import blocks, run, run_block
from tests.extras import skip_without_extra
from tests.october import write_october
from tests.pricing.offers.offer_files import kms, offer, write_file
from tests.real_data import ROOT

PAGES = sorted((ROOT / "docs").glob("*.md"))
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *PAGES, *sorted(ROOT.glob("*/README.md"))]
# commands that need AWS, another program, or a file that only these can write
ELSEWHERE = re.compile(
    r"discover (aws|cloudformation|terraform -)|manifest\.json|RESULT\.csv|names\.txt|access-logs"
)
USERS = ("security-engineer", "finops-analyst", "data-scientist", "platform-team")


@pytest.fixture(scope="module")
def given(tmp_path_factory):
    """Write what a reader has: the examples, a month of logs, AWS's price file."""
    folder = tmp_path_factory.mktemp("given")
    shutil.copytree(ROOT / "examples", folder / "examples")
    write_october(folder / "logs")
    prices = offer(kms("us-east-1", "eu-west-1", request="0.0000040000"))
    write_file(folder / "awskms.json", prices)
    return folder


def with_code(language):
    return [page for page in PAGES if blocks(page.read_text(encoding="utf-8"), language)]


@pytest.mark.parametrize("page", with_code("console"), ids=lambda page: page.stem)
def test_commands_of_a_page_print_what_they_say(page, given, tmp_path):
    """A page is one story: its commands run in order, each finds what those before it wrote."""
    folder = tmp_path / "reader"
    shutil.copytree(given, folder)
    commands = blocks(page.read_text(encoding="utf-8"), "console")
    if "init inventory.yaml" not in "".join(commands):
        init(folder / "inventory.yaml")
    for block in commands:
        run_block(block, folder)


@pytest.mark.parametrize("page", with_code("python"), ids=lambda page: page.stem)
def test_python_of_a_page_runs(page, monkeypatch):
    """The code of a page runs in order as it stands."""
    monkeypatch.chdir(ROOT)
    names: dict[str, object] = {}
    for code in blocks(page.read_text(encoding="utf-8"), "python"):
        try:
            exec(compile(code, str(page), "exec"), names)  # noqa: S102 (our own pages)
        except KmscostError as error:
            skip_without_extra(str(error))
            raise


def test_the_examples_in_help_run(given, tmp_path):
    """Each example below a command's help runs, in the order of a user's work."""
    folder = tmp_path / "reader"
    shutil.copytree(given, folder)
    bill = (folder / "examples" / "bill.csv").read_bytes()
    (folder / "cur-00001.csv.gz").write_bytes(gzip.compress(bill))
    shutil.copy(folder / "examples" / "organization.yaml", folder / "org.yaml")
    for name in ("more-accounts.csv", "plan.json"):
        shutil.copy(folder / "examples" / name, folder)
    init(folder / "inventory.yaml")
    ran = 0
    for command in all_commands():
        for line in re.findall(r"kmscost [^;>]*[^;> ]", command.example):
            if not ELSEWHERE.search(line):
                done = run(shlex.split(line)[1:], folder)
                skip_without_extra(done.err)
                assert done.code == 0, f"{line}\n{done.err}"
                ran += 1
    assert ran >= 16


def test_no_command_stands_outside_a_block_that_runs():
    """Commands stand in console blocks, but for those that need AWS or another program."""
    for page in PAGES:
        text = page.read_text("utf-8")
        prose = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
        assert not re.findall(r"^ *\$? *kmscost .*$", prose, re.MULTILINE), page.name
        if page.name != "commands.md":
            lines = "".join([*blocks(text, "sh"), *blocks(text, "")]).splitlines()
            assert [
                line for line in lines if "kmscost " in line and not ELSEWHERE.search(line)
            ] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(document):
    """Files that are linked are there, and so are the headings behind `#`."""
    text = re.sub(r"^```.*?^```$", "", document.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\((?!https?://|mailto:)([^)\s]+)\)", text):
        name, _, anchor = target.partition("#")
        file = (document.parent / name).resolve() if name else document
        assert file.exists(), f"{document.name}: {target}"
        if anchor:
            assert anchor in anchors(file.read_text("utf-8")), f"{document.name}: {target}"


def anchors(text):
    """The names that GitHub gives to headings: small letters, no marks, a hyphen for a space."""
    plain = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    names = re.findall(r"^#+ (.*)$", plain, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", name.lower()).replace(" ", "-") for name in names}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_merge_was_left_half_done(document):
    """No line of a document is the mark of a conflict."""
    marks = re.findall(r"^(?:<{7}|={7}|>{7})(?: .*)?$", document.read_text("utf-8"), re.MULTILINE)
    assert not marks


def test_the_readme_leads_to_every_page():
    """Each page under docs/ is in the README's index."""
    text = (ROOT / "README.md").read_text("utf-8")
    assert [page.name for page in PAGES if f"(docs/{page.name})" not in text] == []


@pytest.mark.parametrize("user", USERS)
def test_each_user_has_a_page_of_five_minutes(user):
    """The four users of the design have a page each, short enough to be read in five minutes."""
    text = (ROOT / "docs" / f"{user}.md").read_text("utf-8")
    assert len(text.split()) < 900
    assert blocks(text, "console") or blocks(text, "python")
