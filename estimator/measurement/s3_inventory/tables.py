"""Data files of an S3 Inventory, part by part: a stripe, a row group or a block at a time."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np
import pandas as pd

from estimator.measurement.object_counts import (
    Groups,
    Kind,
    arrow_places_of,
    group_objects,
    places_of,
)
from estimator.measurement.s3_inventory.manifest import Manifest, plain
from pricing.reading.magic_numbers import GZIP
from pricing.reading.problems import KmscostError, Problem

# what is read beside the key, in this order
STATUSES = ("isdeletemarker", "encryptionstatus", "bucketkeystatus", "replicationstatus")

_ROWS = 1 << 15  # names at a time: what they need stays in the cache of a processor
_BLOCK = 1 << 22  # bytes of CSV at a time

_ENCRYPTED = {"SSE-KMS": "one", "DSSE-KMS": "one"}  # one GenerateDataKey for each object
_NOT_BY_KMS = dict.fromkeys(("SSE-S3", "SSE-C", "NOT-SSE"), "none")

Codes = np.ndarray[Any, Any]


@dataclass
class Counted:
    """The objects of a part of a data file; `columns` are the statuses that it has."""

    records: int
    delete_markers: int
    groups: Groups
    columns: frozenset[str]


@dataclass
class _Batch:
    """Some rows: names, and for each status the codes and what they stand for."""

    names: Any
    statuses: Mapping[str, tuple[Codes, Sequence[Any]]]


def parts_of(path: str, manifest: Manifest) -> Sequence[int]:
    """The numbers of a data file's parts, which may be read side by side."""
    if manifest.format == "CSV":
        return (0,)
    if manifest.format == "ORC":
        return range(_arrow(manifest, "orc").ORCFile(path).nstripes)
    return range(_arrow(manifest, "parquet").ParquetFile(path).num_row_groups)


def count_part(path: str, part: int, manifest: Manifest) -> Counted:
    """Count the objects of one part of a data file."""
    counted = Counted(0, 0, [], frozenset())
    for batch in _READERS[manifest.format](path, part, manifest):
        _count(batch, counted, escaped=manifest.format == "CSV")
    return counted


def require_reader(manifest: Manifest) -> None:
    """Refuse at once what only pyarrow reads where it is not installed."""
    if manifest.format != "CSV":
        _arrow(manifest, manifest.format.lower())


def _arrow(manifest: Manifest, module: str) -> Any:
    try:
        return importlib.import_module(f"pyarrow.{module}")
    except ImportError:
        found = f"data files as {manifest.format}, and pyarrow, which reads them, is not installed"
        fix = "pip install 'kms-cost-estimator[parquet]'"
        expected = "CSV, or pyarrow"
        raise KmscostError(
            Problem(manifest.path, None, "fileFormat", found, expected, fix)
        ) from None


def _parquet(path: str, part: int, manifest: Manifest) -> Iterator[_Batch]:
    parquet = _arrow(manifest, "parquet")
    known = {plain(name): name for name in parquet.read_schema(path).names}
    columns = _columns(known)
    words = [name for name in columns if plain(name) not in ("key", "isdeletemarker")]
    with parquet.ParquetFile(path, read_dictionary=words) as file:
        batches = file.iter_batches(
            batch_size=_ROWS, row_groups=[part], columns=columns, use_threads=False
        )
        yield from map(_arrow_batch, batches)


def _orc(path: str, part: int, manifest: Manifest) -> Iterator[_Batch]:
    file = _arrow(manifest, "orc").ORCFile(path)
    stripe = file.read_stripe(part, columns=_columns({plain(n): n for n in file.schema.names}))
    for start in range(0, stripe.num_rows, _ROWS):
        yield _arrow_batch(stripe.slice(start, _ROWS))


def _csv(path: str, part: int, manifest: Manifest) -> Iterator[_Batch]:
    try:
        importlib.import_module("pyarrow.csv")
    except ImportError:
        return _csv_by_pandas(path, part, manifest)
    return _csv_by_arrow(path, part, manifest)


def _csv_by_arrow(path: str, _part: int, manifest: Manifest) -> Iterator[_Batch]:
    pa, pa_csv = importlib.import_module("pyarrow"), importlib.import_module("pyarrow.csv")
    status = pa.dictionary(pa.int32(), pa.string())
    types = {name: pa.string() if name == "key" else status for name in ("key", *STATUSES)}
    with pa.OSFile(path) as file:
        stream = pa.CompressedInputStream(file, "gzip") if _is_gzip(path) else file
        batches = pa_csv.open_csv(
            stream,
            pa_csv.ReadOptions(
                column_names=list(manifest.columns),
                block_size=_BLOCK,
                use_threads=len(manifest.files) < (os.cpu_count() or 1),  # else one for each file
            ),
            pa_csv.ParseOptions(),
            pa_csv.ConvertOptions(
                include_columns=[name for name in types if name in manifest.columns],
                column_types=types,
                strings_can_be_null=False,
                check_utf8=False,
            ),
        )
        yield from map(_arrow_batch, batches)


def _csv_by_pandas(path: str, _part: int, manifest: Manifest) -> Iterator[_Batch]:
    columns = [name for name in ("key", *STATUSES) if name in manifest.columns]
    chunks = pd.read_csv(
        path,
        header=None,
        names=list(manifest.columns),
        usecols=columns,
        dtype={name: object if name == "key" else "category" for name in columns},
        chunksize=_ROWS,
        na_filter=False,
        compression="gzip" if _is_gzip(path) else None,
        index_col=False,
    )
    with chunks:
        for chunk in chunks:
            statuses = {
                name: (chunk[name].cat.codes.to_numpy(), list(chunk[name].cat.categories))
                for name in columns
                if name != "key"
            }
            names = [unquote(name) if "%" in name else name for name in chunk["key"]]
            yield _Batch(names, statuses)


_READERS: Mapping[str, Callable[[str, int, Manifest], Iterator[_Batch]]] = {
    "CSV": _csv,
    "ORC": _orc,
    "Parquet": _parquet,
}


def _is_gzip(path: str) -> bool:
    with Path(path).open("rb") as stream:
        return stream.read(len(GZIP)) == GZIP


def _columns(known: Mapping[str, str]) -> list[str]:
    if "key" not in known:
        raise ValueError("no column key")
    return [known[name] for name in ("key", *STATUSES) if name in known]


def _arrow_batch(batch: Any) -> _Batch:
    pa = importlib.import_module("pyarrow")
    names: Any = None
    statuses = {}
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        if plain(name) != "key":
            statuses[plain(name)] = _codes(column)
        elif pa.types.is_binary(column.type):
            names = column.view(pa.string())
        else:
            names = column.cast(pa.string())
    if names.null_count:
        names = names.fill_null("")
    return _Batch(names, statuses)


def _codes(column: Any) -> tuple[Codes, list[Any]]:
    pa = importlib.import_module("pyarrow")
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    values = column.dictionary.to_pylist()
    return column.indices.fill_null(len(values)).to_numpy(), [*values, None]


def _count(batch: _Batch, counted: Counted, *, escaped: bool) -> None:
    rows = len(batch.names)
    counted.records += rows
    counted.columns |= frozenset(batch.statuses)
    if isinstance(batch.names, list):
        codes, places = places_of(batch.names)
    else:
        codes, places = arrow_places_of(batch.names, escaped=escaped)
    # the statuses of a row as one number, as of a clock: each one a wheel of its own
    kinds = np.zeros(rows, dtype=np.int64)
    for of_row, values in batch.statuses.values():
        kinds = kinds * len(values) + of_row
    deleted = np.zeros(rows, dtype=bool)
    if "isdeletemarker" in batch.statuses:
        of_row, values = batch.statuses["isdeletemarker"]
        marks = np.array([str(value).lower() == "true" for value in values], dtype=bool)
        deleted = marks[of_row]
    counted.delete_markers += int(deleted.sum())
    # a delete marker is no object: nothing was encrypted
    codes[deleted] = -1
    counted.groups += group_objects(
        codes, places, kinds, lambda number: _kind(number, batch.statuses)
    )


def _kind(number: int, statuses: Mapping[str, tuple[Codes, Sequence[Any]]]) -> Kind:
    status = {}
    for name, (_, values) in reversed(list(statuses.items())):
        number, code = divmod(number, len(values))
        status[name] = str(values[code] or "").strip().upper()
    encryption = status.get("encryptionstatus", "")
    requests = (_ENCRYPTED | _NOT_BY_KMS).get(encryption)
    bucket_key = status.get("bucketkeystatus") == "ENABLED" and requests != "none"
    return Kind(
        "unknown" if bucket_key else requests or "one",
        encryption if requests else "unknown",
        bucket_key,
        status.get("replicationstatus") == "REPLICA",
    )
