"""The same lines in two files: a delivery named twice, or two deliveries of one bill."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from estimator.figures import listed
from estimator.measurement.doubts import REPEATED, Doubt

# AWS numbers lines anew with each delivery ("identity/LineItemId ... can't be used to identify the
# same line item across different reports", Data Exports guide, checked 2026-11-24), and two lines
# of one delivery may differ in their tags alone: only many of them are a sign
_MANY = 0.5
_FEW = 5  # lines
_MOST_NAMES = 4
_FEWEST_TWICE = 3  # different lines that all stand twice: two may be those of two alike keys
_EACH_TIME = "count each time"
ONCE = "if no line of the bill counts twice"
# another delivery of the same time has other amounts
_AMOUNTS = ("amount", "priced_amount", "cost", "net_cost", "discount", "credits", "tax")

# one number for a line, whose upper bits are those of its start and end: lines of the same time are
# found again without a number more
_OF_LINE = np.uint64(40)  # bits
_LINE = np.uint64((1 << 40) - 1)

Marks = npt.NDArray[np.uint64]
NOTHING: Marks = np.empty(0, dtype=np.uint64)


@dataclass(frozen=True)
class Contents:
    """What a file holds, to know it again in another form.

    Attributes
    ----------
    report : str
        The kind of bill.
    records : int
        Its lines, of whatever product.
    spans : frozenset of pairs
        Start and end of its usage.
    charges : int
        Its lines of KMS and CloudTrail.
    mark : int
        The same for the same charges in any order.
    """

    report: str
    records: int
    spans: frozenset[tuple[pd.Timestamp, pd.Timestamp]]
    charges: int
    mark: int


class SeenFiles:
    """The files that were counted, to count each delivery once."""

    def __init__(self) -> None:
        self._known: dict[Contents, list[tuple[str, Callable[[], bytes]]]] = {}
        self.notices: list[str] = []

    def is_copy(self, shown: str, contents: Contents, digest: Callable[[], bytes]) -> bool:
        """Tell whether a file holds what one before it held, and remember it if not.

        Parameters
        ----------
        shown : str
            Its name in messages.
        contents : Contents
        digest : callable
            The digest of its unpacked bytes; of files with few charges it alone decides.
        """
        others = self._known.setdefault(contents, [])
        for name, other in others:
            if contents.charges >= _FEW or other() == digest():
                self.notices.append(f"{shown} holds the same lines as {name}: counted once")
                return True
        others.append((shown, digest))
        return False


def digest_of(stream: IO[bytes]) -> bytes:
    """A digest of the bytes in a stream."""
    return hashlib.file_digest(stream, "sha256").digest()  # type: ignore[arg-type]


def marks(lines: pd.DataFrame) -> Marks:
    """A number for each line; the same line has the same one in every file."""
    return _of_times(lines) | (_hashes(lines) & _LINE)


def places_of(lines: pd.DataFrame) -> Marks:
    """A number for what each line is of, whatever it comes to: account, operation, time, rate."""
    without = lines.drop(columns=[name for name in _AMOUNTS if name in lines])
    return _of_times(lines) | (_hashes(without) & _LINE)


def _of_times(lines: pd.DataFrame) -> Marks:
    return _hashes(lines[["start", "end"]]) & ~_LINE


def single_places(of_file: Marks) -> Marks:
    """The places of a file whose lines have one each; none where any has several.

    There tags split the lines of a place, and other files of the same delivery may have the rest.
    """
    distinct = np.unique(of_file)
    return distinct if len(distinct) == len(of_file) else NOTHING


def twice_notice(months: Iterable[str]) -> Doubt:
    """The notice of a file of which every line is there twice."""
    return Doubt(
        f"every line of KMS and CloudTrail stands in the file twice{_in_months(months)}; all "
        f"{_EACH_TIME}: if it was joined to itself, all figures are twice too high",
        REPEATED,
        months,
    )


def _in_months(months: Iterable[str]) -> str:
    found = ", ".join(sorted(set(months)))
    return f" ({found})" if found else ""


def stands_twice(of_file: Marks) -> bool:
    """Tell whether every line is in a file twice, as where it was joined to itself.

    Two lines of a delivery may be equal but for their tags; that all of them are is no chance.
    """
    _, counts = np.unique(of_file, return_counts=True)
    return len(counts) >= _FEWEST_TWICE and bool((counts % 2 == 0).all())


def mark_of(charges: pd.DataFrame) -> int:
    """A number of all charges, whatever their order and however they were written."""
    texts = charges.astype({name: str for name in ("month", "day") if name in charges})
    # a sum: chunks and files of other order have the same
    return int(_hashes(texts.round(9)).sum(dtype=np.uint64))


def _hashes(lines: pd.DataFrame) -> Marks:
    hashed: Any = pd.util.hash_pandas_object(lines, index=False)
    return np.asarray(hashed.to_numpy(dtype=np.uint64))


@dataclass(frozen=True, eq=False)  # arrays have no one answer to ==
class FileLines:
    """The lines of a file, to find them again in others.

    Attributes
    ----------
    name : str
        As messages have it.
    lines, places : array
        Its different lines, and its places as `single_places` has them.
    months : set of str
    """

    name: str
    lines: Marks
    places: Marks
    months: frozenset[str]


def repeat_notices(files: Sequence[FileLines]) -> list[Doubt]:
    """Notices where most of the lines of a file, or of times that two have, stand in others too."""
    most = _find_again(files, by_time=False)
    # exports may overlap in some days alone: most of what both have of these stands in both
    rest = [each for each in files if each not in most]
    doubts = []
    if most:
        months = _shared_months(most, files)
        many = f"most lines of {_names(most)} stand in another file too{_in_months(months)}, and "
        many += f"{_EACH_TIME}: if the files are deliveries of one bill, name the newest alone"
        doubts.append(Doubt(many, REPEATED, months))
    if some := _find_again(rest, by_time=True):
        months = _shared_months(some, rest)
        many = f"lines of the same times stand in {_names(some)}{_in_months(months)}, and "
        many += f"{_EACH_TIME}: if the files are exports of one bill, name each day once"
        doubts.append(Doubt(many, REPEATED, months))
    return doubts


def _names(files: Sequence[FileLines]) -> str:
    return listed([each.name for each in files], _MOST_NAMES)


def _shared_months(found: Sequence[FileLines], files: Sequence[FileLines]) -> set[str]:
    """The months of what was found: what stands in two files is of a month that two have."""
    known = Counter(month for each in files for month in each.months)
    return {month for each in found for month in each.months if known[month] > 1}


def _find_again(files: Sequence[FileLines], by_time: bool) -> list[FileLines]:
    lines = _found_again([each.lines for each in files], by_time)
    places = _found_again([each.places for each in files], by_time)
    return [each for at, each in enumerate(files) if at in lines | places]


def _found_again(files: Sequence[Marks], by_time: bool) -> set[int]:
    """The files of which most is in another, or most of the times that another has too."""
    if len(files) < 2:
        return set()
    twice = _in_several(files)
    times = _in_several([np.unique(of_file >> _OF_LINE) for of_file in files])
    found = set()
    for at, of_file in enumerate(files):
        # by sorting: no table has room from the least to the largest mark; numpy 2.0.0 fails at it
        again = int(np.isin(of_file, twice, kind="sort").sum())
        of_all = len(of_file)
        if by_time:
            of_all = int(np.isin(of_file >> _OF_LINE, times, kind="sort").sum())
        if again >= _FEW and again >= _MANY * of_all:
            found.add(at)
    return found


def _in_several(files: Sequence[Marks]) -> Marks:
    distinct, counts = np.unique(np.concatenate(files), return_counts=True)
    return distinct[counts > 1]


def grain_notices(requests: pd.DataFrame) -> list[Doubt]:
    """A notice where requests of one place and month are billed by the day and by the month.

    Parameters
    ----------
    requests : DataFrame
        Charges of requests, with ``month`` and ``day``, which is NaT of a line of the month.
    """
    places = ["month", "payer", "billed_account", "billed_region", "operation", "meter"]
    billed = requests[requests["quantity"] > 0]
    by_day = billed["day"].notna()
    daily, monthly = (
        set(billed.loc[chosen, places].itertuples(index=False, name=None))
        for chosen in (by_day, ~by_day)
    )
    both = daily & monthly
    if not both:
        return []
    months = {str(place[0]) for place in both}
    line = (
        "requests of one account, Region and operation stand in the bill by the day and by the "
        f"month{_in_months(months)}, and {_EACH_TIME}: if they are two exports of one bill, "
        "name one alone"
    )
    return [Doubt(line, REPEATED, months)]
