"""The page's what-if: its coefficients give what the model gives, whatever the inventory is."""

from __future__ import annotations

import dataclasses
import math

import pytest

from estimator import Range, forecast, load_inventory
from estimator.report.monthly.interactive.what_if import model_what_if
from estimator.volume.model import Model
from tests.report.material import EXAMPLE, MONTH

EVERYTHING = """
version: 1
payer: "111122223333"
other_kms_requests_per_month: {"111122223333": 12000, "444455556666": 19000}
regions: [us-east-1, eu-west-1]
accounts:
  - {id: "111122223333"}
  - {id: "222222222222", files_per_day: {us-east-1: 40, other: 3}, from: 2026-11-10}
  - {id: "444455556666", payer: "444455556666"}
keys:
  - {id: logs, region: us-east-1, rotations: [2026-11-15]}
  - {id: dr, account: "444455556666", region: eu-west-1}
trails:
  - {name: org, key: logs, log_file_validation: true, config_updates_per_month: 3,
     bucket: {bucket_key: true, bucket_key_saving: 0.8}}
  - {name: own, account: "444455556666", scope: account, key: dr, files_per_day: 700}
readers:
  - {name: siem, kind: every-file, gets_per_file: 2}
  - {name: athena, kind: query, queries_per_month: 9, days_scanned: 3, gets_per_file: 1.5}
  - {name: audit, kind: fixed, gets_per_day: 500}
  - {name: integrity, kind: validate, runs_per_month: 1, days: 10}
  - {name: copy, kind: replication, trails: [org], destination_key: dr}
growth: {accounts_per_year: 30%}
"""


def what_if(found):
    """The numbers behind the sliders of a forecast."""
    return model_what_if(found, Model(found.inventory, found.months))


def cost(model, files, gets, state, charged):
    """The cost of all months, as the page's script sums it up."""
    at = 4 + 4 * model["bucket_keys"].index(state)
    quantities = [
        0.0
        if write and not charged
        else math.fsum(
            number * factor
            for number, factor in zip(
                line[at - 4 : at], (1, files, gets, files * gets), strict=True
            )
        )
        for _, _, _, write, *line in model["lines"]
    ]
    pooled = [0.0] * len(model["pools"])
    for (_, pool, *_), quantity in zip(model["lines"], quantities, strict=True):
        if pool >= 0:
            pooled[pool] += quantity
    total = 0.0
    for (_, pool, price, *_), quantity in zip(model["lines"], quantities, strict=True):
        used = pooled[pool] if pool >= 0 else 0.0
        free = min(1.0, model["pools"][pool][1] / used) if used else 0.0
        total += quantity * (1 - free) * price
    return total


def change(inventory, files, gets, state, charged):
    """The same change, made to the inventory itself."""
    scaled = {}
    for name in ("accounts", "trails"):
        items = []
        for item in getattr(inventory, name):
            own = item.files_per_day
            if own is None and name == "trails":
                own = type(inventory.accounts[1].files_per_day)({}, Range.exactly(288))
            if own is not None:
                by_region = {
                    region: Range.exactly(rate.mid * files)
                    for region, rate in own.by_region.items()
                }
                other = own.other and Range.exactly(own.other.mid * files)
                own = dataclasses.replace(own, by_region=by_region, other=other)
            if name == "accounts":
                items.append(dataclasses.replace(item, files_per_day=own))
            else:
                update = {"files_per_day": own}
                if state != "as it is":
                    on = {"bucket_key": state == "on"}
                    update["bucket"] = item.bucket.model_copy(update=on)
                items.append(item.model_copy(update=update))
        scaled[name] = tuple(items)
    readers = tuple(
        reader.model_copy(update={"gets_per_file": Range.exactly(reader.gets_per_file.mid * gets)})
        if hasattr(reader, "gets_per_file")
        else reader
        for reader in inventory.readers
    )
    writes = "charged" if charged else "exempt"
    return dataclasses.replace(inventory, **scaled, readers=readers, cloudtrail_writes=writes)


@pytest.fixture(scope="module")
def everything(tmp_path_factory):
    """Two payers, every kind of reader, rotations, growth, one Bucket Key of two."""
    path = tmp_path_factory.mktemp("what-if") / "everything.yaml"
    path.write_text(EVERYTHING, encoding="utf-8")
    return load_inventory(path)


@pytest.mark.parametrize(
    ("files", "gets", "state", "charged"),
    [
        (1, 1, "as it is", True),
        (1, 1, "as it is", False),
        (0.1, 0, "on", True),
        (3, 0.5, "off", True),
        (2.5, 4, "on", False),
        (0.4, 3, "as it is", False),
    ],
)
def test_coefficients_give_the_forecast_of_the_changed_inventory(
    everything, files, gets, state, charged
):
    """The same sum as a forecast of the inventory with the values set, to 12 digits."""
    model = what_if(forecast(everything, MONTH, 5))
    assert model["bucket_keys"] == ["as it is", "on", "off"]
    direct = forecast(change(everything, files, gets, state, charged), MONTH, 5)
    assert cost(model, files, gets, state, charged) == pytest.approx(
        direct.totals["cost_usd"], rel=1e-12
    )


def test_a_rate_with_tiers_has_no_sliders(tmp_path):
    """Beyond one price the sums of the page would be wrong: it has no sliders then."""
    assert what_if(forecast(EXAMPLE, MONTH, 2)) is not None
    path = tmp_path / "rates.yaml"
    source = "{title: t, url: 'https://example.com', checked: 2026-01-01}"
    tiers = "tiers: [{up_to: 1000, rate: 2}, {rate: 1}]"
    meters = "".join(
        f"  - {{name: {name}, title: {name}, unit: {unit}, per: 1, operations: [{operations}], "
        f"versions: [{{from: 2020-01-01, source: {source}, "
        f"rates: [{{regions: [us-east-1], {rate}}}]}}]}}\n"
        for name, unit, operations, rate in (
            ("requests", "request", "GenerateDataKey, Decrypt, Encrypt", tiers),
            ("keys", "key-month", "KeyMonth", "rate: 1"),
        )
    )
    path.write_text(f"version: 1\nservice: awskms\nmeters:\n{meters}", encoding="utf-8")
    assert what_if(forecast(EXAMPLE, MONTH, 2, rates=path)) is None
