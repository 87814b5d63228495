"""Names of others in messages and tables: readable, and nothing that a terminal would obey."""

import pytest

from pricing.reading.problems import printable

ASTRONAUT, FAMILY = "\U0001f469\u200d\U0001f680", "\U0001f468\u200d\U0001f469\u200d\U0001f467"
HEART = "\u2764\ufe0f\u200d\U0001f525"  # with a variation selector before the joiner
KSHA = "\u0915\u094d\u200d\u0937"  # after a virama
I_WANT = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"  # Persian, of two parts


@pytest.mark.parametrize("name", [ASTRONAUT, FAMILY, HEART, KSHA, I_WANT, "mgmt " + ASTRONAUT])
def test_joiners_that_join_stay(name):
    """An emoji of several, and words that are written with joiners, are shown as they are."""
    assert printable(name) == name


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("pr\u200dod", r"pr\u200dod"),
        ("\u200dprod\u200c", r"\u200dprod\u200c"),
        (f"{ASTRONAUT}\u200d\u200d", ASTRONAUT + r"\u200d\u200d"),
        ("\u05d0\u200c\u05d1", "\u05d0" + r"\u200c" + "\u05d1"),
        (f"a\u202e{ASTRONAUT}\u2066b", r"a\u202e" + ASTRONAUT + r"\u2066b"),
        ("\U0001f469\u200b\U0001f680", "\U0001f469" + r"\u200b" + "\U0001f680"),
    ],
)
def test_what_hides_or_turns_is_written_out(name, shown):
    """Joiners that join nothing, direction controls and spaces of no width: seen, not obeyed."""
    assert printable(name) == shown
