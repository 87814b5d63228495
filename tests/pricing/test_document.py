"""Strict YAML: what a scalar means, what is refused, and where."""

import datetime

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pricing.reading import document as documents
from pricing.reading.document import line_of, parse_document, parse_value
from pricing.reading.problems import DocumentError


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12_000", 12_000),
        ("3e-6", 3e-6),
        ("0.5", 0.5),
        ("-1", -1),
        ("0", 0),
        ("no", "no"),
        ("on", "on"),
        ("true", True),
        ("~", None),
        ("2026-01-15", datetime.date(2026, 1, 15)),
        ('"012345670123"', "012345670123"),
        ("1:30", "1:30"),
        ("0x10", "0x10"),
    ],
)
def test_scalars_mean_what_people_mean(text, value):
    """No octal, no sexagesimal, no `no` for False; 12_000 and 3e-6 are numbers."""
    document, problems = parse_document(f"a: {text}\n")
    assert problems == []
    assert document["a"] == value
    assert type(document["a"]) is type(value)


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "key 'a' twice"),
        ("a: 1\nb: 012345670123\n", 2, "octal"),
        ("a: 1\nb: 2026-02-30\n", 2, "2026-02-30"),
        ("a: 1\n2: b\n", 2, "as a key"),
        ("a: 1\nb: !!python/name:os.system x\n", 2, "the tag"),
        ("a: 1\nb: *nowhere\n", 2, "*nowhere"),
        ("a: 1\nb: &b [*b]\n", 2, "inside itself"),
        ("a: 1\n---\nb: 2\n", 2, "second document"),
        ("a: 1\n? [x]\n: 2\n", 2, "as a key"),
        ("a: 1\nb: {<<: 3, <<: [1]}\n", 2, "merged by <<"),
    ],
)
def test_what_can_be_read_on_is_a_problem_with_its_line(text, line, expected):
    """One mistake does not hide the next: reading goes on."""
    _, problems = parse_document(text)
    assert problems
    assert problems[0].line == line
    assert expected in problems[0].found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "empty"),
        ("# only a comment\n", "empty"),
        ("- a\n- b\n", "a list"),
        ("a: [\n", "none of ] and } after the last"),
        ("a:\n\tb: 1\n", "tab"),
        ("a: b\x00c\n", "#x0000"),
        ("a: " + "9" * 400, None),
    ],
)
def test_what_cannot_be_read_is_an_error(text, expected):
    """A file that is no YAML mapping says so in one sentence."""
    if expected is None:
        _, problems = parse_document(text)
        assert "digits" in problems[0].found
        return
    with pytest.raises(DocumentError, match=expected):
        parse_document(text)


def bounded_loader(bound):
    """A loader of PyYAML that gives up below `bound` brackets, as some of its releases do."""

    class Loader(yaml.SafeLoader):
        def fetch_flow_collection_start(self, token):
            if self.flow_level >= bound:
                raise yaml.scanner.ScannerError(None, None, "theirs", self.get_mark())
            super().fetch_flow_collection_start(token)

    return Loader


@pytest.mark.parametrize(
    "loader", [None, yaml.SafeLoader, bounded_loader(1_000), bounded_loader(41)]
)
@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\nb: DEEP", 2),
        ("a: 1\nb:\n  c: DEEP", 3),
        ("a: [it's, {'[': x}, \"\\\"[\"]\nb: DEEP", 2),
    ],
)
def test_forty_levels_are_read_and_no_more(text, line, loader, monkeypatch):
    """The bound on nesting is ours, with our words, whatever bound the release of PyYAML has."""
    if loader is not None:
        monkeypatch.setattr(documents, "_Loader", loader)
    room = 39 - text.count("  c:")  # the mappings around DEEP are levels too
    for opened, closed in ("[]", ("{x: ", "}"), ("[y, ", "]")):
        fits = text.replace("DEEP", opened * room + "z" + closed * room)
        assert parse_document(fits)[1] == []
        for levels in (room + 1, 2_000):
            for end in ("", closed * levels):
                with pytest.raises(DocumentError) as caught:
                    parse_document(text.replace("DEEP", opened * levels + end))
                (problem,) = caught.value.problems
                assert problem.line == line
                assert problem.found == "values nested more than 40 deep"
                assert (problem.expected, bool(problem.fix)) == ("at most 40 levels", True)


@pytest.mark.parametrize(
    "text",
    ["\n".join(" " * level + "a:" for level in range(2_000)), "- " * 2_000 + "x", "? " * 2_000],
)
def test_nesting_by_indentation_has_the_same_bound(text):
    """Mappings, lists and keys without brackets are refused by the same words."""
    with pytest.raises(DocumentError, match="nested more than 40 deep"):
        parse_document(text)


def test_aliases_that_expand_without_end_are_refused():
    """Ten levels of ten aliases would be ten thousand million values."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [
        f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]" for level in range(1, 10)
    ]
    with pytest.raises(DocumentError, match="aliases expanded"):
        parse_document("\n".join(lines))


def test_anchors_and_merges_are_fine():
    """An anchor saves typing, and an explicit key wins over a merged one."""
    document, problems = parse_document("a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc: *a\n")
    assert problems == []
    assert document["b"] == {"x": 1, "y": 3}
    assert document["c"] == {"x": 1, "y": 2}


def test_lines_are_known_for_keys_and_items():
    """The innermost part that the document has gives the line."""
    document, _ = parse_document("a:\n  - x: 1\n    y: 2\n  - x: 3\n")
    assert line_of(document, ("a", 0, "y")) == 3
    assert line_of(document, ("a", 1, "missing")) == 4
    assert line_of(document, ("nothing",)) == 1


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text):
    """No text at all ends in anything but values or a DocumentError."""
    try:
        document, _ = parse_document(text)
    except DocumentError:
        return
    assert isinstance(document, dict)


def test_half_of_a_surrogate_pair_is_named():
    """Text that no file can hold, out of an argument that is no UTF-8: a problem with its line."""
    with pytest.raises(DocumentError, match=":2: found the character #xdcff"):
        parse_value("a: 1\nb: \udcff", "--set")
