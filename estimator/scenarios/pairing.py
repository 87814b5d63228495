"""Frames of two sides brought together: the same groups in one row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.types import union_categoricals

# who causes a request: the cause tells a trail from a reader, and both from a key of the same name
KINDS = {
    "put": "trail",
    "digest": "trail",
    "check": "trail",
    "get": "reader",
    "replication": "reader",
    "key": "key",
}


def stack(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """Put frames of the same columns one below the other; categories stay categories."""
    joined: dict[str, object] = {}
    for name in frames[0].columns:
        columns = [frame[name] for frame in frames]
        if isinstance(columns[0].dtype, pd.CategoricalDtype):
            joined[name] = union_categoricals([_of_text(column) for column in columns])
        else:
            joined[name] = pd.concat(columns, ignore_index=True).array
    return pd.DataFrame(joined)


def _of_text(column: pd.Series[Any]) -> pd.Categorical[str]:
    """A column whose categories are text; of a frame without any row pandas makes them objects."""
    texts = pd.Index(column.cat.categories, dtype="str")
    return pd.Categorical.from_codes(column.cat.codes.to_numpy(), categories=texts)


def pair_sides(
    base: pd.DataFrame, other: pd.DataFrame, keys: Sequence[str], sums: Sequence[str]
) -> pd.DataFrame:
    """A row for each group that one of two frames has, with the sums of both sides.

    Returns
    -------
    DataFrame
        The columns of `keys`, then for each of `sums` the base's as `NAME_base` and the other's as
        `NAME`; zero where a side has no such group.
    """
    columns = [*keys, *sums]
    whole = stack([base[columns], other[columns]])
    is_base = np.arange(len(whole)) < len(base)
    names = []
    for name in sums:
        values = whole[name].to_numpy(dtype=np.float64)
        whole[f"{name}_base"] = np.where(is_base, values, 0.0)
        whole[name] = np.where(is_base, 0.0, values)
        names += [f"{name}_base", name]
    if not keys:
        return whole[names].sum().to_frame().T
    frame: pd.DataFrame = (
        whole[[*keys, *names]]
        .groupby(list(keys), observed=True, sort=False, as_index=False)[names]
        .sum()
    )
    return frame


def with_drivers(rows: pd.DataFrame) -> pd.DataFrame:
    """Charges with `kind`, what sort of thing the driver is, and `requests` apart from keys."""
    cause = rows["cause"].astype("category")
    kind = pd.Series(cause.cat.categories).map(KINDS).to_numpy(dtype=object)
    words = list(dict.fromkeys(KINDS.values()))
    code_of = np.array([words.index(name) for name in kind], dtype=np.int8)
    codes = code_of[cause.cat.codes.to_numpy()] if len(rows) else np.zeros(0, dtype=np.int8)
    is_request = (rows["unit"] == "request").to_numpy()
    return rows.assign(
        kind=pd.Categorical.from_codes(codes, pd.Index(words)),
        requests=np.where(is_request, rows["quantity"], 0.0),
    )
