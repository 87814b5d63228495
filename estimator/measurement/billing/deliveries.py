"""Which files make up the bill: those of manifests, and the newest version of each period.

AWS writes other files beside them, which are no bill.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from estimator.measurement.billing.archives import sniff
from estimator.measurement.billing.json_documents import BESIDE, TIME, Manifest, read_manifest
from estimator.measurement.paths import Found, find_files
from estimator.measurement.recognition import BESIDE_A_BILL
from estimator.measurement.unreadable import Refused, UnreadableError, readable
from pricing.reading.problems import KmscostError, Problem

_MOST_SHOWN = 400  # characters of a name
_FOLDERS_ABOVE = 6  # from <export>/metadata/<partition>/<version> up to the bucket, and one more

# <report>/20231101-20231201/<assembly id>/<file>,
# <export>/data/BILLING_PERIOD=2026-04/<time and execution id>/<file>
_VERSION = re.compile(
    r"(?P<period>.*/(?:\d{8}-\d{8}|BILLING_PERIOD=\d{4}-\d{2}))/(?P<version>[^/]+)/[^/]+"
)

_MOST_LOOKED_INTO = 4096  # bytes of a file that may lie beside a bill
# a delivery for Athena has a template for a crawler, the SQL of its table and a table of one cell
# that says whether it may be queried; one for Redshift and QuickSight has manifests of their own.
# Data Exports guide, "Querying Cost and Usage Reports using Amazon Athena", checked 2026-11-28
_STATUS = re.compile(r"cost_and_usage_data_status[^/]*\.(?:parquet|csv)")
_BY_NAME: tuple[tuple[re.Pattern[str], re.Pattern[bytes]], ...] = (
    (re.compile(r"aws-programmatic-access-test-object"), re.compile(rb".{0,200}", re.DOTALL)),
    (re.compile(r"crawler-cfn\.ya?ml"), re.compile(rb"\s*AWSTemplateFormatVersion.*", re.DOTALL)),
    (
        re.compile(r".+-(?:create-table|RedshiftCommands)\.sql"),
        re.compile(rb"\s*(?:--|create\b|copy\b).*", re.DOTALL | re.IGNORECASE),
    ),
    # S3 puts an empty object where the console made a folder
    (re.compile(r".+_\$folder\$"), re.compile(rb"")),
)


@dataclass(frozen=True)
class Delivered:
    """The files to count, each once, and what the user should know of the choice."""

    files: tuple[str, ...]
    notices: tuple[str, ...]


def find_bills(paths: Sequence[str], refused: Refused) -> Delivered:
    """The data files of the bills below `paths`; what is no bill goes to `refused`.

    Raises
    ------
    KmscostError
        A manifest names a file that is not there.
    """
    manifests: list[Manifest] = []
    loose: dict[str, str] = {}
    beside: list[str] = []
    for found in find_files(paths, refused.skipped):
        try:
            if _is_beside(found.path):
                beside.append(found.path)
                continue
            manifest = read_manifest(found.path) if _is_json(found) else None
            if isinstance(manifest, Manifest):
                manifests.append(manifest)
            elif manifest is BESIDE:
                beside.append(found.path)
            else:
                loose.setdefault(os.path.realpath(found.path), found.path)
        except UnreadableError as error:
            refused.add(found.path, error)
    newest, notices = _newest(manifests)
    chosen = _data_files(newest)
    older = {
        real for manifest in manifests if manifest not in newest for real in _present(manifest)
    }
    # named by a manifest or not, a file counts once
    older.update(chosen)
    loose = {real: path for real, path in loose.items() if real not in older}
    latest, more = _latest_versions(loose, chosen)
    files = {**chosen, **{real: loose[real] for real in latest}}
    if beside and not files and not refused.skipped:
        what, fix = BESIDE_A_BILL.words, "name its data files"
        raise KmscostError(Problem(beside[0], None, "", what, "the table of a bill", fix))
    return Delivered(tuple(files.values()), (*notices, *more))


def _is_beside(path: str) -> bool:
    """Tell whether AWS itself wrote a file beside a bill, and it is none: by name and content."""
    name = path.replace("\\", "/").rsplit("/", 1)[-1]
    with readable():
        if _STATUS.fullmatch(name):
            # a table of one cell; a bill would be larger
            return Path(path).stat().st_size < _MOST_LOOKED_INTO
        content = next((content for named, content in _BY_NAME if named.fullmatch(name)), None)
        if content is None:
            return False
        with Path(path).open("rb") as stream:
            return content.fullmatch(stream.read(_MOST_LOOKED_INTO)) is not None


def _is_json(found: Found) -> bool:
    if found.size == 0:
        raise UnreadableError("an empty file", "the table of a bill", "download it again")
    with readable():
        return sniff(found.path) == "json"


def _newest(manifests: Iterable[Manifest]) -> tuple[list[Manifest], list[str]]:
    """The newest manifest of each report and period; a line for each that is left out."""
    chosen, notices = [], []
    same = attrgetter("report", "period")
    for (_, period), group in groupby(sorted(manifests, key=same), key=same):
        by_age = sorted(group, key=attrgetter("age", "path"))
        newest = by_age[-1]
        chosen.append(newest)
        older = {
            manifest.version or manifest.path for manifest in by_age if manifest.keys != newest.keys
        }
        if older:
            notices.append(
                f"{newest.path} is the newest of {len(older) + 1:,} versions of the bill of "
                f"{period}: the others are not counted"
            )
    payers = attrgetter("period")
    for period, group in groupby(sorted(chosen, key=payers), key=payers):
        reports = sorted({manifest.report for manifest in group})
        if len(reports) > 1:
            notices.append(
                f"{len(reports):,} reports of {period} are counted together "
                f"({', '.join(reports)}): name one of them alone if they hold the same lines"
            )
    return chosen, notices


def _data_files(manifests: Iterable[Manifest]) -> dict[str, str]:
    """The data files of manifests, by their real path."""
    found: dict[str, str] = {}
    missing = []
    for manifest in manifests:
        for key in manifest.keys:
            path = _find_beside(manifest.path, key)
            if path is None:
                missing.append(
                    Problem(
                        manifest.path,
                        None,
                        "",
                        f"no file {key.lstrip('/')[:_MOST_SHOWN]}, which the manifest names",
                        "it beside the manifest, or in the folders as they are in the bucket",
                        "download it too, or name the data files instead of the manifest",
                    )
                )
            else:
                found.setdefault(os.path.realpath(path), path)
    if missing:
        raise KmscostError(missing)
    return found


def data_paths(path: str) -> list[str]:
    """Return the data files of a bill's manifest that are there; none of another file.

    Raises
    ------
    UnreadableError
        It is no manifest.
    """
    manifest = read_manifest(path)
    return _present(manifest) if isinstance(manifest, Manifest) else []


def _present(manifest: Manifest) -> list[str]:
    paths = (_find_beside(manifest.path, key) for key in manifest.keys)
    return [os.path.realpath(path) for path in paths if path is not None]


def _find_beside(manifest: str, key: str) -> str | None:
    """A data file by the end of its name in the bucket, beside, under or above the manifest.

    A file that was unpacked has lost its ``.gz``.
    """
    parts = [part for part in key.split("/") if part]
    # a manifest comes from elsewhere: it may not name what lies outside
    if ".." in parts:
        return None
    folder = Path(manifest).parent
    above = [folder, *Path(os.path.abspath(folder)).parents][: _FOLDERS_ABOVE + 1]  # noqa: PTH100
    for place, root in enumerate(above):
        # above the manifest a name alone is no proof
        for count in range(len(parts), 0 if place == 0 else 1, -1):
            path = root.joinpath(*parts[-count:])
            for candidate in (
                path,
                path.with_suffix("") if path.suffix in {".gz", ".zip"} else path,
            ):
                try:
                    if candidate.is_file():
                        return str(candidate)
                except (OSError, ValueError):  # a name that is too long, or none at all
                    continue
    return None


def _latest_versions(loose: dict[str, str], chosen: dict[str, str]) -> tuple[list[str], list[str]]:
    """The files that no manifest names, without the older versions of a billing period."""
    versions: dict[str, dict[str, list[str]]] = {}
    latest = []
    for real in loose:
        found = _VERSION.fullmatch(real.replace(os.sep, "/"))
        if found is None:
            latest.append(real)
        else:
            versions.setdefault(found["period"], {}).setdefault(found["version"], []).append(real)
    current: dict[str, set[str]] = {}
    for real in chosen:
        if found := _VERSION.fullmatch(real.replace(os.sep, "/")):
            current.setdefault(found["period"], set()).add(found["version"])
    notices = []
    for period, by_version in versions.items():
        newest = current.get(period) or {
            max(by_version, key=lambda version: _age(version, by_version))
        }
        latest.extend(real for version in newest for real in by_version.get(version, ()))
        older = by_version.keys() - newest
        if older:
            notices.append(
                f"{period} holds {len(older) + len(newest):,} versions of the bill: only "
                f"{', '.join(sorted(newest))}, the newest, is counted"
            )
    order = {real: place for place, real in enumerate(loose)}
    return sorted(latest, key=order.__getitem__), notices


def _age(version: str, files: dict[str, list[str]]) -> tuple[str, float]:
    time = TIME.match(version)
    written = max(Path(path).stat().st_mtime for path in files[version])
    return (time[0] if time else "", written)
