"""The one stream of JSON and the one reader of JSON files: bounds, lines and places."""

import io
import json

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimator.discovery.terraform.documents import Document
from estimator.measurement.s3_listing.pages import read_pages
from pricing.reading import json_stream
from pricing.reading.json_files import decode_json, decode_json_bytes
from pricing.reading.json_stream import JsonStream
from pricing.reading.problems import DocumentError
from tests.sampling import cases

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


class Dripping:
    """A file that gives a few characters at a time."""

    def __init__(self, text: str, size: int) -> None:
        self._text = text
        self._size = size

    def read(self, _size: int) -> str:
        part, self._text = self._text[: self._size], self._text[self._size :]
        return part


def stream(text, *, size=None, strict=False, most_text=1 << 20):
    source = Dripping(text, size) if size else io.StringIO(text)
    return JsonStream(source, "file.json", "a listing", most_text, strict=strict)


def read_whole(stream):
    members = {key: stream.value() for key in stream.members()}
    stream.end()
    return members


@settings(max_examples=cases(60))
@given(VALUES, st.integers(1, 9))
def test_json_is_the_same_however_it_arrives(value, size):
    """Values read a few characters at a time are those that were written."""
    read = stream(json.dumps([value], indent=1) + " 12345 ", size=size)
    assert list(read.items()) == [value]
    assert read.value() == 12345
    assert read.peek() == ""


@settings(max_examples=cases(60))
@given(st.dictionaries(st.text(), VALUES, max_size=4), st.integers(1, 9))
def test_members_are_those_of_the_object(value, size):
    """One key after the other, each value whole."""
    assert read_whole(stream(json.dumps(value), size=size)) == value


@pytest.mark.parametrize(
    ("text", "line", "found"),
    [
        ('{"a": 1,\n"b": [1, 2', 2, "the end of the file"),
        ('{"a": 1,\n"b": [1 2]}', 2, "text that is not JSON"),
        ('{"a": 1,\n\n"a": 2}', 3, "the key 'a' twice"),
        ('{"a": 1,\n"b": {"c": 1, "c": 2}}', 2, "the key 'c' twice"),
        ('{"a": NaN}', 1, "the number NaN"),
        ("[1]", 1, "'['"),
        ('{1: "a"}', 1, "a key in double quotes"),
        ('{"a": 1}\n{', 2, "after the document"),
        ('{"a": ' + "[" * 100_000 + "}", 1, "nested too deep"),
    ],
)
def test_what_is_no_document_is_refused_with_its_line(text, line, found):
    """Cut off, malformed, a key twice at any depth, a constant that JSON does not have."""
    with pytest.raises(DocumentError, match=r"file\.json") as error:
        read_whole(stream(text, strict=True))
    (problem,) = error.value.problems
    assert problem.line == line
    assert found in f"{problem.found}; {problem.expected}"


def test_a_value_that_never_ends_does_not_fill_the_memory(monkeypatch):
    """Reading stops past the bound of one value, whatever follows."""
    monkeypatch.setattr(json_stream, "_CHUNK", 100)
    text = io.StringIO('["' + "a" * 100_000)
    with pytest.raises(DocumentError, match="one value of more than"):
        JsonStream(text, "file.json", "a listing", 1_000).value()
    assert text.tell() < 10_000


def test_a_listing_is_bounded_too(monkeypatch):
    """A page whose list of prefixes never ends."""
    monkeypatch.setattr("estimator.measurement.s3_listing.pages._MOST_TEXT", 1_000)
    monkeypatch.setattr(json_stream, "_CHUNK", 100)
    text = io.StringIO('{"CommonPrefixes": [' + '{"Prefix": "a"},' * 10_000)
    with pytest.raises(DocumentError, match="one value of more than"):
        list(read_pages(text, "pages.json"))
    assert text.tell() < 10_000


def test_an_object_of_too_many_members_is_refused(monkeypatch):
    """A bound of keys, because each is remembered."""
    monkeypatch.setattr(json_stream, "MOST_MEMBERS", 3)
    with pytest.raises(DocumentError, match="more than 3 members"):
        read_whole(stream('{"a": 1, "b": 2, "c": 3, "d": 4}'))


@pytest.mark.parametrize(
    ("document", "at", "found"),
    [
        ([], "", "a list"),
        ({"format_version": 1}, "format_version", "the number 1"),
        ({"planned_values": "x"}, "planned_values", "'x'"),
        (
            {"planned_values": {"root_module": {"resources": [{"type": "a"}, {"type": 5}]}}},
            "planned_values.root_module.resources[1].type",
            "the number 5",
        ),
        (
            {"variables": {"name": {"default": 1}, "region": []}},
            "variables.region",
            "a list",
        ),
        (
            {"resources": [{"instances": [{"index_key": 1.5}]}]},
            "resources[0].instances[0].index_key",
            "1.5",
        ),
    ],
)
def test_another_shape_is_named_with_its_place(tmp_path, document, at, found):
    """The place is found by decoding ever smaller parts, not in the words of a library."""
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(DocumentError, match="another shape") as error:
        decode_json(str(path), Document)
    (problem,) = error.value.problems
    assert problem.at == at
    assert found in problem.found


def test_the_place_does_not_depend_on_the_words_of_msgspec(monkeypatch):
    """Another release says it otherwise."""
    decode = msgspec.json.decode

    def decode_reworded(*arguments, **options):
        try:
            return decode(*arguments, **options)
        except msgspec.ValidationError:
            raise msgspec.ValidationError("no") from None

    monkeypatch.setattr(msgspec.json, "decode", decode_reworded)
    with pytest.raises(DocumentError, match=r"resources\[0\]\.mode: found another shape"):
        decode_json_bytes(b'{"resources": [{"mode": 1}]}', "plan.json", Document)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_every_encoding_of_a_shell_is_read(tmp_path, encoding):
    """PowerShell's > writes UTF-16; a file of either size reads the same."""
    for padding in (0, 2 << 20):
        path = tmp_path / "state.json"
        path.write_text(json.dumps({"version": 4}) + " " * padding, encoding=encoding)
        assert decode_json(str(path), Document).version == 4
