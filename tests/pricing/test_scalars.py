"""The one writer of YAML values: the strict reader, and every other one, reads the same back."""

import datetime

import yaml
from hypothesis import given
from hypothesis import strategies as st

from estimator.advice.proposal import Proposal
from estimator.discovery.drafting.lines import Entry, Item, head_lines, item_lines
from estimator.inventory.changes.change import read_settings
from estimator.inventory.text_edits import Document
from pricing.offers.rate_file import format_rates
from pricing.reading.document import parse_value
from pricing.reading.scalar_writer import comment, flow, scalar

# what YAML cannot hold in any form is refused before it is written: no name has it
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
# no number of an inventory is greater
NUMBERS = st.integers(-(10**15), 10**15) | st.floats(-1e15, 1e15)
DAYS = st.dates(datetime.date(1900, 1, 1), datetime.date(2999, 12, 31))
SCALARS = st.none() | st.booleans() | NUMBERS | DAYS | TEXTS
VALUES = st.recursive(
    SCALARS,
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(TEXTS, inside, max_size=4),
    max_leaves=8,
)
# words that some YAML reader takes for something else
WORDS = st.sampled_from(["no", "Yes", "ON", "y", "null", "~", "1e3", "012", "0x1F", "1:30", "<<"])


@given(VALUES | WORDS, st.booleans())
def test_every_value_reads_back(value, quoted):
    """As the same value, with and without quotes around plain words."""
    assert parse_value(flow(value, quoted=quoted)) == (value, [])


@given(TEXTS | WORDS | NUMBERS)
def test_other_readers_of_yaml_read_the_same(value):
    """PyYAML reads YAML 1.1, where `no` is false, 012 is ten and 1e-7 is text."""
    assert yaml.safe_load(scalar(value)) == value


@given(TEXTS)
def test_a_comment_is_one_line(text):
    """A name of a file of others ends no comment."""
    assert parse_value(f"a: 1  # {comment(text)}\nb: 2") == ({"a": 1, "b": 2}, [])


@given(TEXTS.filter(str.strip))
def test_every_room_writes_a_text_that_reads_back(text):
    """The draft, an inventory's edits, `--set` of advice and the import of prices."""
    (line,) = head_lines([Entry("payer", text)])
    assert parse_value(line)[0] == {"payer": text}
    (line,) = item_lines(Item((Entry("id", text), Entry("name", text))), in_braces=True)
    assert parse_value(line)[0] == [{"id": text, "name": text}]
    document = Document("trails:\n  - {name: org}\n", "inventory.yaml")
    document.set(("trails", 0, "key"), text)
    assert parse_value(document.result())[0] == {"trails": [{"name": "org", "key": text}]}
    (change,) = read_settings([f"trails[org].key={flow(text, quoted=True)}"])
    assert change.value == text


def test_rates_and_proposals_ask_the_same_writer():
    """Whoever writes YAML has no rule of quotes of its own."""
    assert format_rates.__globals__["scalar"] is scalar
    assert Proposal.set.func.__globals__["flow"] is flow
