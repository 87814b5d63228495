"""Aliases name keys, whoever tells of them: AWS Config, Steampipe, CloudQuery, a stack.

Fields: AWS::KMS::Alias of AWS Config's resource schema (that of CloudFormation: AliasName,
TargetKeyId), `aws_kms_alias` and `aws_kms_aliases`.
"""

import json

import pytest

from estimator import discover_aws_responses
from tests.discovery.test_other_forms import KEY, KIND, OWNER, config_items, rows_of_steampipe, save

ID = KEY.rpartition("/")[2]
NAME = "alias/trail-logs"
ARN = f"arn:aws:kms:us-east-1:{OWNER}:{NAME}"


def alias_item(target=ID, **changes):
    """The item of an alias as a snapshot has it."""
    return {
        "resourceType": "AWS::KMS::Alias",
        "resourceId": NAME,
        "awsAccountId": OWNER,
        "awsRegion": "us-east-1",
        "ARN": ARN,
        KIND: "ResourceDiscovered",
        "configurationItemCaptureTime": "2026-10-01T00:00:00.000Z",
        "configuration": {"AliasName": NAME, "TargetKeyId": target},
        **changes,
    }


def alias_row(**changes):
    """A row of aws_kms_alias."""
    row = {"alias_name": NAME, "arn": ARN, "target_key_id": ID}
    return {**row, "account_id": OWNER, "region": "us-east-1", **changes}


def config(*aliases, **changes):
    """A snapshot of the estate with aliases."""
    return {"configurationItems": [*config_items(**changes), *aliases]}


def query(*aliases, **changes):
    """An advanced query that did not select resourceType."""
    items = [
        {name: part for name, part in item.items() if name not in ("resourceType", "ARN")}
        | {"arn": item.get("arn") or item.get("ARN")}
        for item in (*config_items(**changes)[:2], *aliases)
    ]
    selected = [{"Name": name} for name in ("arn", "configuration")]
    return {"Results": list(map(json.dumps, items)), "QueryInfo": {"SelectFields": selected}}


def rows(*aliases, **changes):
    """The trail, its key and aliases in one file."""
    own = rows_of_steampipe()
    return [{**own["trails"][0], **changes}, *own["keys"], *aliases]


@pytest.mark.parametrize("used", [KEY, ARN], ids=["key", "alias"])
@pytest.mark.parametrize(
    ("answer", "alias", "field"),
    [
        (config, alias_item(), "kmsKeyId"),
        (config, alias_item(target=KEY), "kmsKeyId"),
        (config, alias_item(ARN=None), "kmsKeyId"),
        (query, alias_item(), "kmsKeyId"),
        (rows, alias_row(), "kms_key_id"),
        (rows, alias_row(_cq_id="5f5f", alias_arn=ARN), "kms_key_id"),
    ],
    ids=["config", "whole ARN", "no ARN", "query", "steampipe", "cloudquery"],
)
def test_the_alias_names_the_key(tmp_path, answer, alias, field, used):
    """One key, by the name of its alias, with the ARN and the day of the key's own item."""
    text = json.dumps(answer(alias, **{field: used}))
    draft = discover_aws_responses(save(tmp_path, {"a.json": text}))
    found = [(key.id, key.arn, key.created.isoformat()) for key in draft.inventory.keys]
    assert found == [("trail-logs", KEY, "2025-01-15")]


def test_an_alias_that_moved_names_its_last_key(tmp_path):
    """A history has both states of the alias: the later one counts, whichever stands first."""
    other = KEY.replace("key/1", "key/9")
    before = alias_item(other.rpartition("/")[2], configurationItemCaptureTime="2026-09-01")
    text = json.dumps(config(alias_item(), before, kmsKeyId=ARN))
    draft = discover_aws_responses(save(tmp_path, {"h.json": text}))
    assert [key.arn for key in draft.inventory.keys] == [KEY]


def test_an_alias_that_is_deleted_names_nothing(tmp_path):
    """The trail's key has its id for a name, and the deletion is counted."""
    gone = alias_item(**{KIND: "ResourceDeleted"}, configuration=None)
    draft = discover_aws_responses(save(tmp_path, {"h.json": json.dumps(config(gone))}))
    assert [key.id for key in draft.inventory.keys] == [ID]
    assert any("calls deleted were left out: 1" in notice for notice in draft.notices)


def test_an_alias_of_aws_makes_no_key(tmp_path):
    """AWS's own key is none of the estate's: it is not counted among those left out."""
    name = "alias/aws/s3"
    named = {"AliasName": name, "TargetKeyId": "9999"}
    own = alias_item(ARN=ARN.replace(NAME, name), configuration=named)
    draft = discover_aws_responses(save(tmp_path, {"s.json": json.dumps(config(own))}))
    assert [key.id for key in draft.inventory.keys] == [ID]
    assert not any("no trail uses" in notice for notice in draft.notices)


def test_aliases_alone_are_read(tmp_path):
    """A file of its own beside the trail's: Steampipe writes a file for each query."""
    trail = rows_of_steampipe()["trails"][0]
    files = {"a.json": json.dumps([alias_row()]), "t.json": json.dumps([{**trail}])}
    draft = discover_aws_responses(save(tmp_path, files))
    assert [key.id for key in draft.inventory.keys] == ["trail-logs"]
    assert not any("skipped" in notice for notice in draft.notices)
