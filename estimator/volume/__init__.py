"""A model of an inventory -> usage: how many requests, where, for whom, because of what."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from estimator.frames import DEFAULT_GRAIN
from estimator.volume.blocks import usage_frame
from estimator.volume.columns import account_group
from estimator.volume.key_months import key_blocks
from estimator.volume.model import Model
from estimator.volume.readers import reader_blocks
from estimator.volume.trail_requests import trail_blocks

__all__ = ["usage"]


def usage(model: Model, by: Sequence[str] = DEFAULT_GRAIN) -> pd.DataFrame:
    """Count the requests and key-months that CloudTrail causes, month by month.

    Parameters
    ----------
    model : Model
        Of an inventory and the months.
    by : sequence of str
        The key columns to tell apart (`estimator.frames.KEYS`), and groups of accounts as
        `estimator.frames.account_group` reads them; all others are summed over while the frame is
        computed. Totals do not depend on it.

    Returns
    -------
    DataFrame
        A row per month and group: the columns of `by`, quantity [request or key-month] and unit.
    """
    groups = [account_group(column) for column in by]
    by_account = "account" in by or any(group and group.of == "account" for group in groups)
    by_region = "region" in by
    # before the months multiply them: a hundred thousand streams become a few rows
    summed = model.streams.add_up(by_account, by_region)
    blocks = [
        *trail_blocks(model, summed),
        *reader_blocks(model, summed, by_account, by_region),
        *key_blocks(model),
    ]
    return usage_frame(blocks, model.months, by, model.vocabulary)
