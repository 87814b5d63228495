"""Names of the objects that CloudTrail writes: what an object's name alone tells, and its place."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from pricing.region_codes import CODE_PATTERN

# F21: [prefix/]AWSLogs/[o-id/]<account>/<folder>/<region>/YYYY/MM/DD/<file>
_FOLDER = (
    r"(?:^|/)AWSLogs/(?:o-[a-z0-9]+/)?(?P<account>\d{12})/(?P<folder>CloudTrail(?:-[A-Za-z]+)?)/"
    rf"(?P<region>{CODE_PATTERN})/(?P<day>\d{{4}}/\d{{2}}/\d{{2}})/$"
)
FOLDER = re.compile(_FOLDER)

# AWS News Blog, "AWS CloudTrail - Capture AWS API Activity", 2013-11-13 (checked 2026-11-23): a
# name of an earlier day is not CloudTrail's, and must not stretch the coverage to the year 1
_FIRST_DAY = datetime.date(2013, 11, 13)

# ..._20231017T0450Z_<16 characters>.json.gz: when the file was written; older tools leave out bits
_TIME = re.compile(r"[_-](\d{8})T(\d{2})(\d{2})(?:\d{2})?Z?[_.]")

# the same of the file's own name, for files copied out of their folders
_FILE = re.compile(
    r"(?P<account>\d{12})_(?P<folder>CloudTrail(?:-[A-Za-z]+)?)_"
    rf"(?P<region>{CODE_PATTERN})_"
)

# F21 of a file's own name: <account>_CloudTrail..., of ASCII without a slash, ends in .json.gz
FILE_NAME = re.compile(r"[0-9]{12}_CloudTr[A-Za-z0-9_.-]*\.json\.gz")

# <account>_CloudTrail-Digest_<region>_<trail>_<home region>_<time>.json.gz
_DIGEST = re.compile(r"^\d{12}_CloudTrail-Digest_[a-z0-9-]+_(?P<trail>.+)_[a-z0-9-]+_\d{8}T\d{6}Z")

DIGEST = "CloudTrail-Digest"


@dataclass(frozen=True, slots=True)
class ObjectFolder:
    """An object of CloudTrail's, as its folder describes it."""

    account: str
    region: str
    folder: str
    day: datetime.date


class Place(NamedTuple):
    """An object as its name describes it; `trail` only where it is a digest."""

    account: str
    region: str
    folder: str
    trail: str
    day: datetime.date


@lru_cache(maxsize=65536)
def parse_folder(path: str) -> ObjectFolder | None:
    """The folder of an object (its name up to the last ``/``), or None for any other object.

    >>> parse_folder("AWSLogs/o-a1/111122223333/CloudTrail/eu-west-1/2023/10/17/").region
    'eu-west-1'
    >>> parse_folder("backup/2023/10/17/") is None
    True
    """
    found = FOLDER.search(path)
    if found is None:
        return None
    try:
        day = datetime.date(*map(int, found["day"].split("/")))
    except ValueError:
        return None
    return ObjectFolder(found["account"], found["region"], found["folder"], day)


def parse_name(name: str) -> ObjectFolder | None:
    """Read the name of an object that CloudTrail wrote: its folder, else its own name.

    >>> name = "111122223333_CloudTrail_eu-west-1_20231017T0450Z_KREKSWgLUgTraBu8.json.gz"
    >>> parse_name(f"flat/{name}").region
    'eu-west-1'
    """
    path, slash, file = name.rpartition("/")
    return parse_folder(path + slash) or _parse_file(file)


def parse_relative(name: str) -> ObjectFolder | None:
    """Read a name that begins below the folders of its bucket, as listings of a prefix give them.

    The file's own name tells its folders; what there is of them before it must be their end.

    >>> file = "111122223333_CloudTrail_eu-west-1_20231017T0450Z_KREKSWgLUgTraBu8.json.gz"
    >>> parse_relative(file) == parse_relative(f"eu-west-1/2023/10/17/{file}")
    True
    >>> parse_relative(f"eu-west-1/2024/10/17/{file}") is parse_relative(f"flat/{file}") is None
    True
    """
    path, slash, file = name.rpartition("/")
    found = _parse_file(file)
    if found is None:
        return None
    folders = f"{found.account}/{found.folder}/{found.region}/{found.day:%Y/%m/%d}/"
    return found if f"/{folders}".endswith(f"/{path}{slash}".replace("//", "/")) else None


def _parse_file(name: str) -> ObjectFolder | None:
    found, moment = _FILE.match(name), written_at(name)
    if found is None or moment is None:
        return None
    return ObjectFolder(found["account"], found["region"], found["folder"], moment.date())


def written_at(name: str) -> datetime.datetime | None:
    """The moment at which a file was written, to the minute, UTC, by its name.

    >>> written_at("111122223333_CloudTrail_eu-west-1_20231017T0450Z_KREKSWgLUgTraBu8.json.gz")
    datetime.datetime(2023, 10, 17, 4, 50)
    """
    found = _TIME.search(name.rpartition("/")[2])
    if found is None:
        return None
    day, hour, minute = found.groups()
    try:
        moment = datetime.datetime.strptime(f"{day}{hour}{minute}Z", "%Y%m%d%H%M%z")
    except ValueError:
        return None
    return moment.replace(tzinfo=None)


def digest_trail(name: str) -> str:
    """The name of the trail that a digest file's own name tells, or nothing.

    >>> digest_trail("1_CloudTrail-Digest_us-east-1_org_us-east-1_20231017T045000Z.json.gz")
    ''
    >>> name = "111122223333_CloudTrail-Digest_us-east-1_org_us-east-1_20231017T045000Z.json.gz"
    >>> digest_trail(name)
    'org'
    """
    found = _DIGEST.match(name.rpartition("/")[2])
    return found["trail"] if found else ""


def place_of(name: str) -> Place | None:
    """The place of the object of this name, or None where CloudTrail did not write it.

    >>> day = "AWSLogs/111122223333/CloudTrail/eu-west-1/2023/10/17/"
    >>> name = "111122223333_CloudTrail_eu-west-1_20231017T0450Z_KREKSWgLUgTraBu8.json.gz"
    >>> place_of(day + name).region
    'eu-west-1'
    >>> place_of(day) is None, place_of(day + "notes.txt") is None
    (True, True)
    """
    path, slash, file = name.rpartition("/")
    if not FILE_NAME.fullmatch(file):
        return None
    return place_in(path + slash, digest_trail(file) if f"/{DIGEST}/" in path else "")


def relative_place_of(name: str) -> Place | None:
    """The place of an object by a name that begins below its folders (`parse_relative`)."""
    file = name.rpartition("/")[2]
    if not FILE_NAME.fullmatch(file):
        return None
    found = parse_relative(name)
    if found is None or found.day < _FIRST_DAY:
        return None
    trail = digest_trail(file) if found.folder == DIGEST else ""
    return Place(found.account, found.region, found.folder, trail, found.day)


@lru_cache(maxsize=65536)
def place_in(path: str, trail: str) -> Place | None:
    """The place of objects in a folder; of digests, of those with this trail in their names."""
    found = parse_folder(path)
    if found is None or found.day < _FIRST_DAY:
        return None
    return Place(found.account, found.region, found.folder, trail, found.day)
