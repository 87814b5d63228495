"""Scenario files and --set: every mistake at once, with its line and the nearest right path."""

import pytest

from estimator import KmscostError, compare
from tests.scenarios.inventories import READ, file

HEAD = "version: 1\nscenarios:\n  - name: a\n    changes:\n"


def problems(tmp_path, lines, head=HEAD):
    """The problems of a scenario file that ends in these changes, by line."""
    text = head + "".join(f"      - {line}\n" for line in lines)
    scenarios = file(tmp_path, text, "scenarios.yaml")
    with pytest.raises(KmscostError) as refused:
        compare(file(tmp_path, READ), scenarios, "2026-11", 1)
    assert {problem.path for problem in refused.value.problems} == {str(scenarios)}
    return [
        (problem.line, f"{problem.at}: {problem.found}; {problem.expected}; {problem.fix}")
        for problem in refused.value.problems
    ]


WRONG_PATHS = {
    '"trial[org].key"': "did you mean trails[org].key?",
    '"trails[ogr].key"': "did you mean trails[org].key?",
    '"trails.org.key"': "write trails[org].key",
    '"trails[org].buket.bucket_key"': "did you mean trails[org].bucket.bucket_key?",
    '"trails[org].bucket.bucket_keys"': "did you mean trails[org].bucket.bucket_key?",
    '"readers[athena].day_scanned"': "did you mean readers[athena].days_scanned?",
    '"accounts[100000000100].payer"': "did you mean accounts[1000000000",
    '"accounts[100000000001].files_per_day.us-east-11"': "files_per_day.us-east-1?",
    '"readers[siem].gets_per_file.hgh"': "did you mean readers[siem].gets_per_file.high?",
    '"growth[acounts_per_year]"': "write growth.acounts_per_year",
    '"keys[logs].region.x"': "set keys[logs].region as a whole",
    '"version"': "it says how to read the file",
    '"trails[org"': "write what is in brackets as [name]",
    "payer..x": "write a dot between keys",
    '"keys[logs].rotations[0]"': "set a list as a whole",
    '""': "name a section of the inventory",
    "12": "write it in quotes",
}


@pytest.mark.parametrize(("path", "fix"), WRONG_PATHS.items())
def test_a_wrong_path_gives_the_nearest_right_one(tmp_path, path, fix):
    """Each wrong path is refused in its line, with what was meant or what there is."""
    ((line, words),) = problems(tmp_path, [f"{{path: {path}, value: 1}}"])
    assert line == 5
    assert fix in words


def test_what_is_at_the_level_is_listed(tmp_path):
    """Names and keys that there are stand in the error."""
    ((_, words),) = problems(tmp_path, ['{path: "readers[zzz]", remove: true}'])
    assert "one of those in readers: siem, athena" in words
    ((_, words),) = problems(tmp_path, ['{path: "accounts[x].name", value: y}'])
    assert "100000000007 and 92 more" in words


def test_every_problem_at_once_with_its_line(tmp_path):
    """Paths, values and what the inventory refuses after a change, each in the scenario's line."""
    found = problems(
        tmp_path,
        [
            '{path: "trails[nope].key", value: logs}',
            '{path: "readers[siem]", add: {kind: query}}',
            "{path: payer, scale: 2}",
        ],
    )
    assert [line for line, _ in found] == [5, 6]
    found = problems(
        tmp_path,
        [
            '{path: "trails[org].bucket.bucket_key", value: "yes"}',
            '{path: "readers[x]", add: {kind: query, days_scanned: -1}}',
            '{path: "accounts[100000000001].regions", value: [us-est-1]}',
            "{path: payer, scale: 2}",
            '{path: "accounts[100000000001].files_per_day", scale: 2}',
        ],
    )
    assert [line for line, _ in found] == [5, 6, 6, 7, 8, 9]
    assert "expected" not in found[0][1]
    assert found[0][1].startswith("trails[org].bucket.bucket_key: 'yes'; true or false")
    assert found[4][1].startswith("payer: no value of its own; a number to scale")


CONFLICTS = {
    "set twice": [
        '{path: "trails[org].key", value: logs}',
        '{path: "trails[org].key", value: null}',
    ],
    "set and scaled": [
        '{path: "readers[siem].gets_per_file", value: 2}',
        '{path: "readers[siem].gets_per_file", scale: 2}',
    ],
    "below what is set": [
        '{path: "trails[org].bucket.bucket_key", value: true}',
        '{path: "trails[org].bucket", value: {retention_days: 9}}',
    ],
    "below what is removed": [
        '{path: "readers[siem].gets_per_file", value: 2, from: 2027-01}',
        '{path: "readers[siem]", remove: true}',
    ],
    "below what has ended": [
        '{path: "readers[siem]", remove: true, from: 2027-01-15}',
        '{path: "readers[siem].gets_per_file", value: 2, from: 2027-02}',
    ],
    "removed twice": [
        '{path: "readers[siem]", remove: true}',
        '{path: "readers[siem]", remove: true, from: 2027-01}',
    ],
    "removed and its end": [
        '{path: "readers[siem].until", value: 2027-03-01}',
        '{path: "readers[siem]", remove: true, from: 2027-01}',
    ],
    "removed and set": [
        '{path: "readers[siem]", remove: true}',
        '{path: "readers[siem]", value: {kind: fixed, gets_per_day: 1}}',
    ],
    "added twice": [
        '{path: "readers[x]", add: {kind: every-file}}',
        "{path: readers, add: {name: x, kind: every-file}}",
    ],
    "below what is added": [
        '{path: "readers[x]", add: {kind: every-file}}',
        '{path: "readers[x].gets_per_file", value: 2}',
    ],
    "inside a section": [
        "{path: readers, value: []}",
        '{path: "readers[siem]", remove: true, from: 2027-01}',
    ],
}


@pytest.mark.parametrize("lines", CONFLICTS.values(), ids=CONFLICTS)
def test_contradictions_are_refused_with_both_lines(tmp_path, lines):
    """Whichever comes first, the second line is refused and the first one named."""
    for order in (lines, lines[::-1]):
        ((line, words),) = problems(tmp_path, order)
        assert line == 6
        assert "scenarios.yaml:5" in words


def test_what_goes_together_is_taken(tmp_path):
    """Different months, different items, a life that begins and ends."""
    lines = [
        '{path: "readers[siem].gets_per_file", value: 2, from: 2027-01}',
        '{path: "readers[siem]", remove: true, from: 2027-02-10}',
        '{path: "readers[x]", add: {kind: every-file}, from: 2027-01-05}',
        '{path: "readers[x].gets_per_file", scale: 2, from: 2027-02}',
        '{path: "readers[x]", remove: true, from: 2027-03-05}',
        '{path: "trails[org].key", value: null, from: 2027-03}',
        '{path: "trails[org].key", value: logs, from: 2027-04}',
    ]
    scenarios = file(tmp_path, HEAD + "".join(f"      - {line}\n" for line in lines), "s.yaml")
    comparison = compare(file(tmp_path, READ), scenarios, "2026-11", 7)
    assert len(comparison.others[0].case.changed.descriptions) == len(lines)
    assert comparison.others[0].monthly["requests"].iloc[4] == 0


def test_what_is_left_dangling_is_said(tmp_path):
    """A key that a trail still names cannot go; from a day on it may, for it ends with its logs."""
    ((line, words),) = problems(tmp_path, ['{path: "keys[logs]", remove: true}'])
    assert line == 5
    assert "trails[0].key after this change" in words
    assert "or let it end on a day" in words
    end = '- {path: "keys[logs]", remove: true, from: 2026-11-16}\n'
    comparison = compare(file(tmp_path, READ), file(tmp_path, end, "end.yaml"), "2026-11", 1)
    halved = comparison.effects(comparison.others[0]).set_index(["kind", "driver"])
    row = halved.loc["trail", "org"]
    assert row["requests"] == pytest.approx(row["requests_base"] / 2)


WRONG_FORMS = {
    "version: 2\nscenarios: [{name: a, changes: [{path: payer, remove: true}]}]": "version",
    "version: 1\nscenario: [{name: a}]": "did you mean `scenarios`?",
    "version: 1\nscenarios: []": "an empty list",
    "version: 1\nscenarios: [{name: base, changes: [{path: payer, remove: true}]}]": "another name",
    "version: 1\nscenarios:\n- {name: a, changes: [{path: payer, remove: true}]}\n"
    "- {name: a, changes: [{path: payer, remove: true}]}": "the first is in line 3",
    "- {path: payer}": "nothing to do",
    "- {path: payer, value: 1, scale: 2}": "value and scale",
    "- {path: payer, remove: false}": "write remove: true",
    "- {path: payer, scale: null}": "found nothing; expected a number",
    "- {path: payer, value: 1, from: 2027-01-15}": "write 2027-01, or the month after it",
    "- {path: payer, value: 1, from: 2027-13}": "a month such as 2027-01",
    "- {path: payer, value: 1, form: 2027-01}": "did you mean `from`?",
    "- {path: payer, add: {id: x}}": "a path such as readers or readers[siem]",
    "- {path: readers, add: {kind: fixed}}": "the name of what is new",
    '- {path: "readers[x]", add: {name: y, kind: fixed}}': "as in the path",
    '- {path: "readers[x]", add: {kind: every-file, from: 2027-01-01}, from: 2027-01}': "own from",
    '- {path: "keys[x]", add: {region: us-east-1, created: 2027-01-01}, from: 2027-01}': "created",
    "- {path: accounts, add: {file: more.csv}}": "one by one",
    '- {path: "budgets[x]", add: {usd_per_month: 1}, from: 2027-01}': "a budget without beginning",
    "[]": "an empty list",
    "- 1": "a mapping",
    "a": "a YAML mapping",
    "": "an empty file",
}


@pytest.mark.parametrize(("text", "words"), WRONG_FORMS.items())
def test_a_file_of_the_wrong_form_is_refused(tmp_path, text, words):
    """Whatever is wrong with the form is said, with how to write it."""
    with pytest.raises(KmscostError) as refused:
        compare(file(tmp_path, READ), file(tmp_path, text + "\n", "s.yaml"), "2026-11", 1)
    assert words in str(refused.value)


def test_problems_of_all_files_come_together(tmp_path):
    """The base, another inventory and a scenario file are all read before anything is refused."""
    broken = file(tmp_path, READ.replace("kind: query", "kind: quest"), "broken.yaml")
    scenarios = file(tmp_path, "- {path: payer}\n", "s.yaml")
    with pytest.raises(KmscostError) as refused:
        compare(tmp_path / "none.yaml", [broken, scenarios], "2026-11", 1)
    paths = {problem.path.rpartition("/")[2] for problem in refused.value.problems}
    assert paths == {"none.yaml", "broken.yaml", "s.yaml"}


@pytest.mark.parametrize(
    ("text", "words"),
    {
        "payer": "add = and a value",
        "payer=": "write null for nothing",
        "payer={": "add it",
        "payer=012": "octal",
        "a b=1": "write a dot between keys",
        "[x]=1": "a path such as",
        'trails["\\q"].key=1': "as JSON does",
        "trails[org].bucket.bucket_key=yes": "write true",
        "trails[org].nonsense=1": "one of those in trails[org]",
    }.items(),
)
def test_a_wrong_setting_is_refused(tmp_path, text, words):
    """--set is as strict as the file."""
    with pytest.raises(KmscostError) as refused:
        compare(file(tmp_path, READ), start="2026-11", months=1, set=[text])
    assert words in str(refused.value)
    assert refused.value.problems[0].path == "--set"


def test_a_setting_that_repeats_the_file_is_refused(tmp_path):
    """The same path in a scenario and in --set: both places are named."""
    scenarios = file(tmp_path, '- {path: "trails[org].key", value: null}\n', "s.yaml")
    with pytest.raises(KmscostError, match=r"set in .*s.yaml:1"):
        compare(file(tmp_path, READ), scenarios, "2026-11", 1, set="trails[org].key=logs")
    with pytest.raises(KmscostError, match="set by --set"):
        compare(file(tmp_path, READ), start="2026-11", set=["payer='100000000001'"] * 2)


def test_names_with_brackets_and_quotes(tmp_path):
    """Any name that an inventory may have has a path."""
    text = READ.replace("name: org", "name: 'a[\"1\"] b=c'").replace("trails: [org]", "")
    path = 'trails["a[\\"1\\"] b=c"].bucket.bucket_key'
    comparison = compare(file(tmp_path, text), start="2026-11", months=1, set=f"{path}=true")
    assert comparison.others[0].case.changed.descriptions == (f"{path}: false -> true",)
