"""Ids of events as sixteen bytes each."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.measurement.cloudtrail_logs.record import NO_ID, identities, identity

UUID = "a2999d91-c0d3-4037-9171-93e6a1a08e53"

# of a UUID's length, and none: too many digits, dashes elsewhere, spaces, no hexadecimals
ODD = [
    "a" * 36,
    "-" * 36,
    "a2999d91c-0d3-4037-9171-93e6a1a08e53",
    "a2999d9 -c0d3-4037-9171-93e6a1a08e53",
    "z2999d91-c0d3-4037-9171-93e6a1a08e53",
    "a2999d91-c0d3-4037-9171-93e6a1a08e5é",
    "a2999d91-c0d3-4037-9171-93e6a1a08e5-",
]
names = st.lists(st.sampled_from([*ODD, UUID, NO_ID, "", "7", UUID.upper()]) | st.uuids().map(str))


@pytest.mark.parametrize("name", [*ODD, "", "7", 7, None])
def test_sixteen_bytes_whatever_the_name(name):
    """An odd id never shifts the ids after it: each takes sixteen bytes."""
    assert len(identity(name)) == 16
    assert identities([UUID, name, UUID]) == identity(UUID) + identity(name) + identity(UUID)


def test_a_uuid_is_itself():
    """The sixteen bytes of a UUID are its own, in either case of letters."""
    assert identity(UUID).hex() == UUID.replace("-", "")
    assert identity(UUID.upper()) == identity(UUID)


@given(names)
def test_all_at_once_is_one_by_one(listed):
    """Many ids in one go give what each gives alone."""
    assert identities(listed) == b"".join(map(identity, listed))
