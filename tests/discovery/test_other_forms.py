"""What people have besides answers of the CLI: one estate in every form, and what each leaves open.

The estate: organization trail `org` of 111122223333 in us-east-1, all Regions, with log file
validation, under key 1234abcd..., bucket example-logs with a Bucket Key. Forms: the schema of AWS
Config's resource types, Steampipe's and CloudQuery's columns, Security Hub's ASFF and OCSF.
"""

import csv
import datetime
import io
import json

import pytest
import yaml

from estimator import KmscostError, discover_aws_responses, load_inventory
from estimator.discovery.aws_responses.saved import read_responses

OWNER, MEMBER = "111122223333", "222222222222"
KEY = f"arn:aws:kms:us-east-1:{OWNER}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
TRAIL = f"arn:aws:cloudtrail:us-east-1:{OWNER}:trail/org"
KIND = "configurationItemStatus"


def config_items(**changes):
    """The three items as a snapshot of AWS Config has them."""
    trail = {
        "name": "org",
        "trailARN": TRAIL,
        "homeRegion": "us-east-1",
        "s3BucketName": "example-logs",
        "kmsKeyId": KEY,
        "isMultiRegionTrail": True,
        "isOrganizationTrail": True,
        "logFileValidationEnabled": True,
        "hasCustomEventSelectors": False,
        **changes,
    }
    key = {
        "arn": KEY,
        "keyId": KEY.rpartition("/")[2],
        "awsaccountId": OWNER,
        "creationDate": "2025-01-15T08:00:00.000Z",
        "keyManager": "CUSTOMER",
        "keyState": "Enabled",
        "customerMasterKeySpec": "SYMMETRIC_DEFAULT",
    }
    rule = {
        "applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms", "kmsMasterKeyID": KEY},
        "bucketKeyEnabled": True,
    }
    place = {"awsAccountId": OWNER, "awsRegion": "us-east-1", KIND: "OK"}
    encryption = {"ServerSideEncryptionConfiguration": {"rules": [rule]}}
    return [
        {**place, "resourceType": "AWS::CloudTrail::Trail", "arn": TRAIL, "configuration": trail},
        {
            **place,
            "resourceType": "AWS::KMS::Key",
            "arn": KEY,
            "configuration": key,
            "supplementaryConfiguration": {"KeyRotationStatus": True},
        },
        {
            **place,
            "resourceType": "AWS::S3::Bucket",
            "resourceName": "example-logs",
            "configuration": {"name": "example-logs"},
            "supplementaryConfiguration": encryption,
        },
        {**place, "resourceType": "AWS::EC2::Instance", "resourceId": "i-1", "configuration": {}},
    ]


def rows_of_steampipe():
    """Rows of aws_cloudtrail_trail, aws_kms_key and aws_s3_bucket."""
    trail = {
        "name": "org",
        "arn": TRAIL,
        "home_region": "us-east-1",
        "is_multi_region_trail": True,
        "is_organization_trail": True,
        "log_file_validation_enabled": True,
        "is_logging": True,
        "has_custom_event_selectors": False,
        "kms_key_id": KEY,
        "s3_bucket_name": "example-logs",
        "latest_delivery_error": None,
        "event_selectors": [{"IncludeManagementEvents": True, "ReadWriteType": "All"}],
        "advanced_event_selectors": None,
        "akas": [TRAIL],
        "account_id": OWNER,
        "region": "us-east-1",
    }
    key = {
        "id": KEY.rpartition("/")[2],
        "arn": KEY,
        "key_manager": "CUSTOMER",
        "key_state": "Enabled",
        "creation_date": "2025-01-15T08:00:00Z",
        "aws_account_id": OWNER,
        "customer_master_key_spec": "SYMMETRIC_DEFAULT",
        "key_rotation_enabled": True,
        "aliases": [],
    }
    rule = {
        "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY},
        "BucketKeyEnabled": True,
    }
    bucket = {
        "name": "example-logs",
        "arn": "arn:aws:s3:::example-logs",
        "region": "us-east-1",
        "server_side_encryption_configuration": {"Rules": [rule]},
    }
    return {"trails": [trail], "keys": [key], "buckets": [bucket]}


def rows_of_cloudquery():
    """Rows of aws_cloudtrail_trails and the tables beside it."""
    own = rows_of_steampipe()
    (trail,), (key,) = own["trails"], own["keys"]
    common = {"_cq_id": "5f5f", "_cq_source_name": "aws"}
    status = {"IsLogging": True, "LatestDeliveryError": None}
    trail = {k: v for k, v in trail.items() if k not in ("is_logging", "event_selectors", "akas")}
    selectors = {
        **common,
        "trail_arn": TRAIL,
        "include_management_events": True,
        "read_write_type": "All",
        "exclude_management_event_sources": [],
        "data_resources": [],
    }
    encryption = {
        **common,
        "bucket_arn": "arn:aws:s3:::example-logs",
        "apply_server_side_encryption_by_default": {"SSEAlgorithm": "aws:kms"},
        "bucket_key_enabled": True,
    }
    key = {**key, "rotation_enabled": key["key_rotation_enabled"], "key_id": key["id"]}
    del key["key_rotation_enabled"]
    return {
        "trails": [{**common, **trail, "status": status}],
        "selectors": [selectors],
        "keys": [{**common, **key}],
        "encryption": [encryption],
    }


def as_csv(rows, delimiter=","):
    """Rows as a CSV file has them, JSON in cells."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    for row in rows:
        cells = {
            name: json.dumps(value)
            if isinstance(value, list | dict)
            else str(value).lower()
            if isinstance(value, bool)
            else value
            for name, value in row.items()
        }
        writer.writerow(cells)
    return text.getvalue()


def flat(item):
    """An item as the console's CSV of an advanced query has it: keys with dots."""
    found = {}
    for key, value in item.items():
        if isinstance(value, dict):
            found |= {f"{key}.{name}": part for name, part in value.items()}
        else:
            found[key] = value
    return found


def files_of(form):
    """The files of a form by their names."""
    items = config_items()
    if form == "snapshot":
        return {"snapshot.json": json.dumps({"fileVersion": "1.0", "configurationItems": items})}
    if form == "query":
        answer = {
            "Results": [json.dumps(item) for item in items],
            "QueryInfo": {"SelectFields": [{"Name": "configuration"}]},
        }
        return {"select.json": json.dumps(answer)}
    if form == "query results alone":
        return {"results.json": json.dumps([json.dumps(item) for item in items])}
    if form == "history":
        texts = [
            {
                **item,
                "configuration": json.dumps(item["configuration"]),
                "supplementaryConfiguration": {
                    name: json.dumps(part)
                    for name, part in item.get("supplementaryConfiguration", {}).items()
                },
            }
            for item in items
        ]
        return {"history.json": json.dumps({"configurationItems": texts})}
    if form == "console's csv":
        return {f"{n}.csv": as_csv([flat(item)]) for n, item in enumerate(items[:3])}
    rows = rows_of_cloudquery() if "cloudquery" in form else rows_of_steampipe()
    if form.endswith("csv"):
        return {f"{name}.csv": as_csv(listed) for name, listed in rows.items()}
    if form == "cloudquery lines":
        return {
            f"{name}.json": "".join(f"{json.dumps(row)}\n" for row in listed)
            for name, listed in rows.items()
        }
    if form == "steampipe with columns":
        return {
            f"{name}.json": json.dumps({"columns": [], "rows": listed})
            for name, listed in rows.items()
        }
    return {f"{name}.json": json.dumps(listed) for name, listed in rows.items()}


FORMS = [
    "snapshot",
    "query",
    "query results alone",
    "history",
    "console's csv",
    "steampipe json",
    "steampipe with columns",
    "steampipe csv",
    "cloudquery json",
    "cloudquery lines",
    "cloudquery csv",
]


def save(folder, files):
    """Write files into a folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("form", FORMS)
def test_one_estate_in_every_form(form, tmp_path):
    """The same trail, key and bucket, whoever wrote them down; and the source saw a part."""
    draft = discover_aws_responses(save(tmp_path, files_of(form)))
    (trail,) = draft.inventory.trails
    (key,) = draft.inventory.keys
    assert (trail.name, trail.account, trail.scope) == ("org", OWNER, "organization")
    assert (key.arn, key.region, trail.key) == (KEY, "us-east-1", key.id)
    assert key.created.isoformat() == "2025-01-15"
    assert trail.bucket.name == "example-logs"
    assert trail.bucket.bucket_key
    assert trail.log_file_validation
    assert not trail.exclude_kms_events
    seen = {(each.section, each.seen) for each in draft.coverage if each.section == "trails"}
    assert seen == {("trails", "part")}
    saved = tmp_path / "draft.yaml"
    saved.write_text(draft.text, encoding="utf-8")
    assert load_inventory(saved).streams() == draft.inventory.streams()


@pytest.mark.parametrize(
    "answer",
    [
        {
            "Results": [json.dumps({"arn": TRAIL, "configuration": {"name": "org"}})],
            "QueryInfo": {"SelectFields": [{"Name": "configuration.name"}]},
        },
        [{"name": "org", "arn": TRAIL, "is_multi_region_trail": True}],
    ],
)
def test_a_key_that_was_not_asked_for_is_open(answer, tmp_path):
    """A query without kms_key_id says nothing of keys: a TODO, never SSE-S3."""
    draft = discover_aws_responses(save(tmp_path, {"answer.json": json.dumps(answer)}))
    (trail,) = draft.inventory.trails
    assert trail.key is not None
    assert any("did not" in todo.question for todo in draft.todo)


def test_a_trail_without_a_key_has_none(tmp_path):
    """A whole item of AWS Config without kmsKeyId, and a row where it is null."""
    items = config_items()
    del items[0]["configuration"]["kmsKeyId"]
    config = {"configurationItems": items[:1]}
    row = {**rows_of_steampipe()["trails"][0], "kms_key_id": None}
    for number, answer in enumerate((config, [row])):
        folder = save(tmp_path / str(number), {"answer.json": json.dumps(answer)})
        assert discover_aws_responses(folder).inventory.trails[0].key is None


def test_what_aws_config_calls_deleted_is_not_there(tmp_path):
    """A history has the trail, and after it its deletion."""
    items = config_items()
    items[0]["configurationItemCaptureTime"] = "2026-01-01T00:00:00Z"
    gone = {
        **items[0],
        "configuration": {},
        KIND: "ResourceDeleted",
        "configurationItemCaptureTime": "2026-02-01T00:00:00Z",
    }
    text = json.dumps({"configurationItems": [gone, *items]})
    draft = discover_aws_responses(save(tmp_path, {"history.json": text}))
    assert draft.inventory is None
    assert any("calls deleted" in notice for notice in draft.notices)


def test_what_aws_config_did_not_record_is_no_deletion(tmp_path):
    """The trail is there, and what it is like is not known: alone exit 1, else a TODO."""
    items = config_items()
    unknown = {**items[0], "configuration": None, KIND: "ResourceNotRecorded"}
    folder = save(tmp_path / "a", {"s.json": json.dumps({"configurationItems": [unknown]})})
    with pytest.raises(KmscostError, match="found and did not record"):
        discover_aws_responses(folder)
    other = {**unknown, "arn": f"{TRAIL}-2"}
    text = json.dumps({"configurationItems": [*items, other]})
    draft = discover_aws_responses(save(tmp_path / "b", {"s.json": text}))
    assert len(draft.inventory.trails) == 1
    assert any("did not record were left out: 1" in notice for notice in draft.notices)
    assert any("did not record are missing" in todo.question for todo in draft.todo)


def test_a_trail_that_was_recorded_before_is_not_missing(tmp_path):
    """Its recorder was narrowed in February: what January's item says stands, with a question.

    After its deletion it is another one, of which nothing is recorded: missing.
    """
    time = "configurationItemCaptureTime"
    items = [{**item, time: "2026-01-01T00:00:00Z"} for item in config_items()]
    gone = {**items[0], KIND: "ResourceDeleted", time: "2026-01-15T00:00:00Z"}
    later = {**items[0], KIND: "ResourceNotRecorded", time: "2026-02-01T00:00:00Z"}
    text = json.dumps({"configurationItems": [*items, later]})
    draft = discover_aws_responses(save(tmp_path / "a", {"h.json": text}))
    assert len(draft.inventory.trails) == 1
    questions = [todo.question for todo in draft.todo]
    assert any("stand here as it last recorded them" in question for question in questions)
    assert not any("did not record are missing" in question for question in questions)
    text = json.dumps({"configurationItems": [*items, gone, later]})
    with pytest.raises(KmscostError, match="did not record are missing"):
        discover_aws_responses(save(tmp_path / "b", {"h.json": text}))


@pytest.mark.parametrize("day", ["2026-12-14T10:00:00.000Z", 1797242400000])
def test_the_day_of_a_keys_deletion_is_read(tmp_path, day):
    """1797242400 s are 2026-12-14 10:00 UTC; AWS Config writes text or milliseconds."""
    items = config_items()
    items[1]["configuration"] |= {"keyState": "PendingDeletion", "deletionDate": day}
    row = rows_of_steampipe()["keys"][0] | {"deletion_date": "2026-12-14 10:00:00+00"}
    for number, answer in enumerate(({"configurationItems": items}, [row])):
        folder = save(tmp_path / str(number), {"a.json": json.dumps(answer)})
        estate, _ = read_responses(folder)
        assert estate.keys[KEY].value("deletion") == datetime.date(2026, 12, 14)


@pytest.mark.parametrize(
    ("early", "late"),
    [
        # 23:30 in New York is 04:30 of the next day in UTC
        ("2026-01-02T01:00:00+00:00", "2026-01-01T23:30:00-05:00"),
        # 1767225600 is 2026-01-01, as older versions of the CLI write it
        ("2025-12-31T12:00:00Z", 1767225600.5),
        (1767225600, "2026-01-01T00:00:01.000Z"),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_the_last_state_counts_in_any_zone_and_form_of_time(tmp_path, early, late, turned):
    """The key of the later item, whichever stands first."""
    time, items = "configurationItemCaptureTime", config_items()
    trail = items[0]
    old = {**trail, time: early}
    key = trail["configuration"]["kmsKeyId"].replace("key/", "key/9")
    new = {**trail, time: late, "configuration": {**trail["configuration"], "kmsKeyId": key}}
    found = [new, old] if turned else [old, new]
    folder = save(tmp_path, {"h.json": json.dumps({"configurationItems": found})})
    assert [key.arn for key in discover_aws_responses(folder).inventory.keys] == [key]


def test_a_stopped_trail_in_rows(tmp_path):
    """CloudQuery's status is that of get-trail-status."""
    row = rows_of_cloudquery()["trails"][0]
    row["status"] = {"IsLogging": False, "StopLoggingTime": "2026-03-04T10:00:00Z"}
    draft = discover_aws_responses(save(tmp_path, {"t.json": json.dumps([row])}))
    assert draft.inventory.trails[0].until.isoformat() == "2026-03-05"


ARN = f"arn:aws:organizations::{OWNER}:account/o-a1b2c3d4e5"
CONSOLE = f"""Account ID,ARN,Email,Name,Status,Joined method,Joined timestamp
{OWNER},{ARN}/{OWNER},a@example.com,management,ACTIVE,INVITED,x
{MEMBER},{ARN}/{MEMBER},b@example.com,prod,ACTIVE,CREATED,x
333333333333,{ARN}/3,c@example.com,old,SUSPENDED,CREATED,x
"""


def test_the_consoles_list_of_accounts(tmp_path):
    """ACTIVE accounts are members; the suspended one is left out, and said."""
    files = {**files_of("snapshot"), "Organization_accounts.csv": CONSOLE}
    draft = discover_aws_responses(save(tmp_path, files))
    assert [(each.id, each.name) for each in draft.inventory.accounts] == [
        (OWNER, "management"),
        (MEMBER, "prod"),
    ]
    assert any("not ACTIVE" in notice for notice in draft.notices)
    whole = [each for each in draft.coverage if each.section == "accounts"]
    assert [each.seen for each in whole] == ["whole"]


def test_a_list_of_accounts_without_status_or_with_mistakes(tmp_path):
    """Without Status a part; a shortened id is named with its line, and the file is left out."""
    files = {**files_of("snapshot"), "accounts.csv": f"id,name\n{OWNER},a\n{MEMBER},b\n"}
    draft = discover_aws_responses(save(tmp_path, files))
    reasons = [each.reasons for each in draft.coverage if each.section == "accounts"]
    assert "neither State nor Status" in reasons[0][0]
    files["accounts.csv"] = f"id,name,until\n{OWNER},a,\n{MEMBER},b,2027-01-01\n"
    draft = discover_aws_responses(save(tmp_path, files))
    assert any("until are of an inventory" in notice for notice in draft.notices)
    files["accounts.csv"] = f"id,name\n{OWNER},a\n2.22222E+11,b\n"
    draft = discover_aws_responses(save(tmp_path, files))
    assert any("line 3" in notice for notice in draft.notices)
    assert [each.seen for each in draft.coverage if each.section == "accounts"] == ["not"]


def test_accounts_in_rows_have_tags(tmp_path):
    """aws_organizations_account, with the management account among them."""
    states = {OWNER: "ACTIVE", MEMBER: "ACTIVE", "333333333333": "SUSPENDED"}
    rows = [
        {
            "id": account,
            "arn": f"arn:aws:organizations::{OWNER}:account/o-a1b2c3d4e5/{account}",
            "name": "x",
            "email": "a@example.com",
            "status": status,
            "tags": {"team": "payments"},
        }
        for account, status in states.items()
    ]
    files = {**files_of("steampipe json"), "accounts.json": json.dumps({"rows": rows})}
    draft = discover_aws_responses(save(tmp_path, files))
    assert [(a.id, a.tags) for a in draft.inventory.accounts] == [
        (OWNER, {"team": "payments"}),
        (MEMBER, {"team": "payments"}),
    ]


def organization():
    """The answers about a tree: Root, Workloads, Prod."""
    root, work, prod = "r-ab12", "ou-ab12-11111111", "ou-ab12-22222222"
    accounts = [{"Id": account, "State": "ACTIVE"} for account in (OWNER, MEMBER)]
    return {
        "list-accounts.json": {"Accounts": accounts},
        "list-roots.json": {"Roots": [{"Id": root, "Name": "Root", "PolicyTypes": []}]},
        f"list-organizational-units-for-parent-{root}.json": {
            "OrganizationalUnits": [{"Id": work, "Name": "Workloads"}]
        },
        f"list-organizational-units-for-parent-{work}.json": {
            "OrganizationalUnits": [{"Id": prod, "Name": "Prod"}]
        },
        f"list-parents-{OWNER}.json": {"Parents": [{"Id": root, "Type": "ROOT"}]},
        f"list-accounts-for-parent-{prod}.json": {"Accounts": accounts[1:]},
        f"list-tags-for-resource-{MEMBER}.json": {
            "Tags": [{"Key": "team", "Value": "web"}, {"Key": "empty", "Value": ""}]
        },
    }


def write_all(answers):
    """Answers as files of JSON."""
    return {name: json.dumps(answer) for name, answer in answers.items()}


def test_ous_and_tags_of_answers(tmp_path):
    """The tree is put together out of five kinds of answers."""
    files = {**files_of("snapshot"), **write_all(organization())}
    draft = discover_aws_responses(save(tmp_path, files))
    # the list of one OU is a part of the whole list, which is there: nothing is missing
    assert [each.seen for each in draft.coverage if each.section == "accounts"] == ["whole"]
    assert {a.id: (a.ou, a.tags) for a in draft.inventory.accounts} == {
        OWNER: ("Root", {}),
        MEMBER: ("Root/Workloads/Prod", {"team": "web", "empty": ""}),
    }


def test_an_ou_whose_parents_are_not_known_is_open(tmp_path):
    """What stands above the unit is a TODO; so is the name of a unit."""
    answers = organization()
    for name in list(answers):
        if "r-ab12" in name or "list-roots" in name:
            del answers[name]
    files = {**files_of("snapshot"), **write_all(answers)}
    draft = discover_aws_responses(save(tmp_path, files))
    member = {a.id: a.ou for a in draft.inventory.accounts}[MEMBER]
    assert member == "ou-ab12-11111111/Prod"
    assert any("list-parents" in todo.question for todo in draft.todo)


def test_paths_of_list_accounts(tmp_path):
    """AWS gives paths of ids; names come from describe-organizational-unit."""
    path = f"o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/{MEMBER}/"
    answers = {
        "list-accounts.json": {"Accounts": [{"Id": MEMBER, "State": "ACTIVE", "Paths": [path]}]},
        "describe-organizational-unit.json": {
            "OrganizationalUnit": {"Id": "ou-ab12-11111111", "Name": "Prod"}
        },
    }
    files = {**files_of("snapshot"), **write_all(answers)}
    draft = discover_aws_responses(save(tmp_path, files))
    assert {a.id: a.ou for a in draft.inventory.accounts}[MEMBER] == "Root/Prod"


def asff(status, resource=TRAIL):
    """A finding of Security Hub."""
    return {
        "SchemaVersion": "2018-10-08",
        "ProductArn": "arn:aws:securityhub:us-east-1::product/aws/securityhub",
        "AwsAccountId": OWNER,
        "GeneratorId": "security-control/CloudTrail.2",
        "Compliance": {"Status": status, "SecurityControlId": "CloudTrail.2"},
        "Resources": [{"Type": "AwsCloudTrailTrail", "Id": resource, "Region": "us-east-1"}],
    }


def prowler(status):
    """A finding of Prowler as OCSF."""
    return {
        "class_uid": 2004,
        "metadata": {"event_code": "cloudtrail_kms_encryption_enabled", "product": {}},
        "status_code": status,
        "finding_info": {"title": "x"},
        "resources": [{"uid": TRAIL, "type": "AwsCloudTrailTrail"}],
    }


PROWLER_CSV = (
    "AUTH_METHOD;ACCOUNT_UID;CHECK_ID;STATUS;STATUS_EXTENDED;RESOURCE_UID\n"
    f"profile;{OWNER};cloudtrail_kms_encryption_enabled;FAIL;no encryption;{TRAIL}\n"
)
FINDINGS = {
    "asff.json": json.dumps({"Findings": [asff("FAILED")]}),
    "asff-list.json": json.dumps([asff("FAILED")]),
    "prowler.ocsf.json": json.dumps([prowler("FAIL")]),
    "prowler.csv": PROWLER_CSV,
}


@pytest.mark.parametrize("name", FINDINGS)
def test_findings_are_hints(name, tmp_path):
    """Alone they draft nothing: exit 1. Beside an answer they say where they differ."""
    with pytest.raises(KmscostError, match="findings"):
        discover_aws_responses(save(tmp_path / "alone", {name: FINDINGS[name]}))
    folder = save(tmp_path / "both", {**files_of("snapshot"), name: FINDINGS[name]})
    draft = discover_aws_responses(folder)
    assert len(draft.inventory.trails) == 1
    assert any("is not encrypted" in n and "says otherwise" in n for n in draft.notices)


def test_a_trail_that_only_findings_name_is_missing(tmp_path):
    """It is a gap of the trails, with its ARN."""
    other = TRAIL.replace("/org", "/second")
    files = {**files_of("snapshot"), "f.json": json.dumps({"Findings": [asff("PASSED", other)]})}
    draft = discover_aws_responses(save(tmp_path, files))
    assert any(other in reason for each in draft.coverage for reason in each.reasons)


MANIFEST = {
    "governedRegions": ["us-east-1", "eu-west-1"],
    "organizationStructure": {"security": {"name": "Security"}},
    "centralizedLogging": {
        "accountId": MEMBER,
        "configurations": {"loggingBucket": {"retentionDays": 365}, "kmsKeyArn": KEY},
        "enabled": True,
    },
}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(MANIFEST),
        yaml.safe_dump(MANIFEST),
        json.dumps({"landingZone": {"arn": "x", "version": "3.3", "manifest": MANIFEST}}),
    ],
)
def test_a_landing_zone_is_a_part(text, tmp_path):
    """Its Regions, account and key are said; its trail stands in no manifest."""
    with pytest.raises(KmscostError, match="landing zone") as caught:
        discover_aws_responses(save(tmp_path / "alone", {"manifest.yaml": text}))
    assert KEY in str(caught.value)
    assert MEMBER in str(caught.value)
    folder = save(tmp_path / "both", {**files_of("steampipe json"), "manifest.yaml": text})
    draft = discover_aws_responses(folder)
    assert len(draft.inventory.trails) == 1
    assert any("landing zone" in r for each in draft.coverage for r in each.reasons)


def test_yaml_of_the_cli(tmp_path):
    """`--output yaml` is read as its JSON is."""
    trail = {
        "Name": "org",
        "TrailARN": TRAIL,
        "S3BucketName": "example-logs",
        "KmsKeyId": KEY,
        "IsMultiRegionTrail": True,
        "HasCustomEventSelectors": False,
    }
    text = yaml.safe_dump({"trailList": [trail]})
    draft = discover_aws_responses(save(tmp_path, {"describe-trails.yaml": text}))
    assert draft.inventory.keys[0].arn == KEY


@pytest.mark.parametrize(
    "text",
    ["trailList: [\n", "trailList: !x\n- a\n", "a: b: c\n", 'name,arn\n"open', "x;y\n1;2\n"],
)
def test_texts_that_are_none_are_named(text, tmp_path):
    """Broken YAML and CSV: a sentence."""
    with pytest.raises(KmscostError):
        discover_aws_responses(save(tmp_path, {"describe-trails.txt": text}))


def test_a_finding_that_is_archived_says_nothing(tmp_path):
    """Security Hub archives what is over."""
    finding = {**asff("FAILED"), "RecordState": "ARCHIVED"}
    files = {**files_of("snapshot"), "f.json": json.dumps({"Findings": [finding]})}
    draft = discover_aws_responses(save(tmp_path, files))
    assert not any("encrypted" in notice for notice in draft.notices)


def test_merge_adds_ous_and_tags_once(tmp_path):
    """What the file does not write is added; what it writes otherwise stays, and is said."""
    files = {**files_of("snapshot"), **write_all(organization())}
    folder = save(tmp_path / "in", files)
    own = tmp_path / "own.yaml"
    own.write_text(
        "version: 1\nregions: [us-east-1]\naccounts:\n"
        f"  - {{id: '{OWNER}', ou: Mine}}  # first\n  - id: '{MEMBER}'\n"
        f"keys:\n  - {{id: logs, region: us-east-1, arn: '{KEY}'}}\n"
        "trails:\n  - {name: org, key: logs}\n",
        encoding="utf-8",
    )
    draft = discover_aws_responses(folder, own)
    found = {a.id: (a.ou, a.tags) for a in draft.inventory.accounts}
    assert found == {
        OWNER: ("Mine", {}),
        MEMBER: ("Root/Workloads/Prod", {"team": "web", "empty": ""}),
    }
    assert any("kept accounts 111122223333: ou" in notice for notice in draft.notices)
    assert "# first" in draft.text
    own.write_text(draft.text, encoding="utf-8")
    assert discover_aws_responses(folder, own).text == draft.text
    replaced = discover_aws_responses(folder, own, replace=True)
    assert {a.id: a.ou for a in replaced.inventory.accounts}[OWNER] == "Root"


def test_the_landing_zones_own_trail_closes_its_gap(tmp_path):
    """Where its organization trail is described, the manifest adds no question."""
    text = json.dumps(
        {"configurationItems": config_items(name="aws-controltower-BaselineCloudTrail")}
    )
    folder = save(tmp_path, {"s.json": text, "manifest.json": json.dumps(MANIFEST)})
    draft = discover_aws_responses(folder)
    assert not [each for each in draft.coverage if "landing zone" in str(each.reasons)]
    assert any("log archive" in notice for notice in draft.notices)
