"""What pytest is told about all tests."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import HealthCheck, settings

from tests.sampling import FEWER

# the same commit passes or fails on any machine and day: a first call on a busy one takes a quarter
# of a second (deadline, too slow), and what random cases find belongs to no commit. They are for
# whoever looks for faults: `pytest --hypothesis-profile search`
settings.register_profile(
    "kmscost",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.register_profile(
    "search", settings.get_profile("kmscost"), derandomize=False, print_blob=True
)
settings.load_profile("kmscost")

_MANY = 4  # cases of one test
_EVERY = 4
# each test of these runs whole reports, or waits for hosts that do not answer: cases of one
_SLOW = ("tests/acceptance/verdicts/", "tests/discovery/test_aws_faults.py")


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name bytes by their number: gzip writes the second of packing into its header.

    Each process of `-n auto` collects for itself, a second apart; names that differ end the run.
    """
    return f"{argname}-{len(val)}-bytes" if isinstance(val, bytes) else None


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Give each process a stretch of the tests, and of what is left to whoever is done first.

    Dealt out a few at a time, each process would make what the tests of a file share.
    """
    from xdist.scheduler import WorkStealingScheduling

    return WorkStealingScheduling(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where the suite runs once more, take every fourth case of a test that has many.

    All of them run with the newest libraries. With others it is the functions that count, each of
    which still runs (but for the slow ones), and not each of their inputs.
    """
    if FEWER == 1:
        return
    names = [
        next(
            (slow for slow in _SLOW if item.nodeid.startswith(slow)), item.nodeid.partition("[")[0]
        )
        for item in items
    ]
    cases, before = Counter(names), Counter[str]()
    chosen, left = [], []
    for name, item in zip(names, items, strict=True):
        is_chosen = cases[name] <= _MANY or before[name] % _EVERY == 0
        (chosen if is_chosen else left).append(item)
        before[name] += 1
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = chosen
