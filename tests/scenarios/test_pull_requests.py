"""The pull-request story in a real git repository, by the snippets of docs/pull-requests.md."""

import os
import re
import shlex
import shutil
import subprocess
import sys

import pytest
import yaml

from tests.real_data import ROOT
from tests.scenarios.inventories import READ

DOCS = (ROOT / "docs" / "pull-requests.md").read_text(encoding="utf-8")
ACTIONS, GITLAB, NOTE, PRE_COMMIT = (
    yaml.safe_load(block)
    for block in re.findall(r"^```yaml\n(.*?)^```$", DOCS, re.MULTILINE | re.DOTALL)
)

pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, ("git", "bash", "tar"))), reason="needs git, bash and tar"
)

DEARER = READ.replace("queries_per_month: 10", "queries_per_month: 40")
CHEAPER = READ.replace("queries_per_month: 10", "queries_per_month: 1")


@pytest.fixture
def repository(tmp_path):
    """A repository whose branch `main` has an inventory, on a branch `change`."""
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch", "main")
    (folder / "inventory.yaml").write_text(READ, encoding="utf-8")
    git(folder, "add", ".")
    commit(folder, "An inventory")
    git(folder, "checkout", "--quiet", "-b", "change")
    return folder


def git(folder, *arguments):
    """Run git, without what the machine's own settings would change."""
    quiet = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    subprocess.run(["git", *arguments], cwd=folder, check=True, env={**os.environ, **quiet})


def commit(folder, message):
    """Commit everything."""
    git(folder, "-c", "user.name=A", "-c", "user.email=a@example.com", "commit", "-qam", message)


def propose(folder, text):
    """A commit on the branch `change`."""
    (folder / "inventory.yaml").write_text(text, encoding="utf-8")
    commit(folder, "Change the inventory")


def shell(folder, script, **variables):
    """Run a snippet as CI does: bash, end at the first failure, `kmscost` this very checkout."""
    bin_ = folder.parent / "bin"
    bin_.mkdir(exist_ok=True)
    program = bin_ / "kmscost"
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m estimator "$@"\n')
    program.chmod(0o755)
    search = f"{bin_}:{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", script],
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "PATH": search, "PYTHONPATH": str(ROOT), **variables},
    )


def step(name):
    """A step of the GitHub job."""
    return next(step for step in ACTIONS["jobs"]["compare"]["steps"] if step.get("name") == name)


def gitlab_script():
    """The GitLab job without the installation, which needs a network."""
    lines = GITLAB["kms-cost"]["script"]
    return "\n".join(line for line in lines if not line.startswith("pip "))


def run_actions(folder):
    """The step that compares, with the base branch as GitHub names it."""
    return shell(folder, step("Compare")["run"], BASE="main")


def run_gitlab(folder):
    """The job's script, with the commit that the branch began from as GitLab names it."""
    found = subprocess.run(
        ["git", "merge-base", "main", "HEAD"],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    return shell(folder, gitlab_script(), CI_MERGE_REQUEST_DIFF_BASE_SHA=found.stdout.strip())


@pytest.mark.parametrize("run", [run_actions, run_gitlab])
@pytest.mark.parametrize(("text", "code"), [(DEARER, 3), (CHEAPER, 0)], ids=["dearer", "cheaper"])
def test_the_comment_and_the_exit_code(repository, run, text, code):
    """Base branch, head branch, comment text, exit code, by the script of the documentation."""
    propose(repository, text)
    done = run(repository)
    assert done.returncode == code, done.stderr
    comment = (repository / "comment.md").read_text(encoding="utf-8")
    first = comment.splitlines()[0]
    assert first.startswith("**KMS because of CloudTrail. inventory: USD ")
    assert "mostly because of reader athena" in first
    assert "| base |" in comment
    assert "| inventory |" in comment
    if code:
        assert "+" in first
        assert "**Over the limit: inventory costs USD" in comment
        assert done.stderr.startswith("over the limit: inventory costs USD")
        assert "more than base/inventory.yaml over 12 months" in done.stderr
    else:
        assert "Within the limit of 10%" in comment
        assert "over the limit" not in done.stderr


@pytest.mark.parametrize("run", [run_actions, run_gitlab])
def test_a_broken_inventory_fails_with_its_line_and_no_comment(repository, run):
    """A mistake in the proposed YAML is in the log, and nothing is half written."""
    propose(repository, READ.replace("kind: query", "kind: quest"))
    done = run(repository)
    assert done.returncode == 1
    assert re.search(r"inventory\.yaml:\d+: readers\[1\]\.kind: found 'quest'", done.stderr)
    assert not (repository / "comment.md").exists()


@pytest.mark.parametrize(("text", "code"), [(DEARER, 3), (CHEAPER, 0)], ids=["dearer", "cheaper"])
def test_pre_commit_refuses_what_costs_too_much(repository, text, code):
    """The hook compares the working tree with the last commit and leaves nothing behind."""
    (hook,) = PRE_COMMIT["repos"][0]["hooks"]
    assert re.match(hook["files"], "inventory.yaml")
    assert hook["pass_filenames"] is False
    (repository / "inventory.yaml").write_text(text, encoding="utf-8")
    temporary = repository.parent / "temporary"
    temporary.mkdir()
    # pre-commit splits the entry as a shell does and runs it without one
    done = shell(repository, shlex.join(shlex.split(hook["entry"])), TMPDIR=str(temporary))
    assert done.returncode == code, done.stderr
    assert ("over the limit: inventory costs USD" in done.stderr) == (code == 3)
    assert "KMS because of CloudTrail. inventory: USD " in done.stdout
    assert not list(temporary.iterdir())


def test_snippets_are_whole():
    """The part that needs a network is left to CI: sound shell that posts what was written."""
    comment = step("Comment")
    assert "--body-file comment.md" in comment["run"]
    assert "!cancelled()" in comment["if"]  # the comment is wanted most where the limit is broken
    assert ACTIONS["permissions"]["pull-requests"] == "write"
    assert ACTIONS[True]["pull_request"]["paths"][0] == "inventory.yaml"  # YAML 1.1 reads `on`
    assert GITLAB["kms-cost"]["artifacts"] == {"when": "always", "paths": ["comment.md"]}
    (post,) = NOTE["after_script"]
    for script in (comment["run"], step("Install")["run"], post, *GITLAB["kms-cost"]["script"]):
        done = subprocess.run(["bash", "-n", "-c", script], check=False, capture_output=True)
        assert done.returncode == 0, done.stderr
    assert "body@comment.md" in post


def test_the_package_is_installed_by_its_name():
    """The snippets install what pyproject.toml names."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    name = re.search(r'^name = "(.*)"$', text, re.MULTILINE)[1]
    assert step("Install")["run"] == f"pip install {name}"
    assert f"pip install {name}" in GITLAB["kms-cost"]["script"]
    assert PRE_COMMIT["repos"][0]["hooks"][0]["additional_dependencies"] == [name]


def test_the_python_of_the_documentation_runs(monkeypatch):
    """The code of docs/compare.md runs as it stands, and its YAML is understood."""
    monkeypatch.chdir(ROOT)
    text = (ROOT / "docs" / "compare.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    exec(compile(code, "compare.md", "exec"), {})  # noqa: S102 (our own documentation)


def test_the_scenarios_of_the_documentation_are_understood(tmp_path):
    """Each YAML block of docs/compare.md is a scenario file about the example."""
    from estimator import compare

    text = (ROOT / "docs" / "compare.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```yaml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 2
    for number, block in enumerate(blocks):
        path = tmp_path / f"{number}.yaml"
        path.write_text(block, encoding="utf-8")
        comparison = compare(ROOT / "examples" / "organization.yaml", path, "2026-11", 6)
        assert len(comparison.others) == 2
