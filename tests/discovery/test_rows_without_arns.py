"""Rows and items without ARNs: account, Region and name are the identity of a trail."""

import json

import pytest

from estimator import KmscostError, discover_aws_responses

FIRST, SECOND, THIRD = "111122223333", "222222222222", "333333333333"
KEY = f"arn:aws:kms:us-east-1:{THIRD}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
TRAIL_TYPE = "AWS::CloudTrail::Trail"


def row(account, **changes):
    """A row of Steampipe, without arn."""
    return {
        "name": "main",
        "account_id": account,
        "home_region": "us-east-1",
        "is_multi_region_trail": True,
        "is_organization_trail": False,
        "s3_bucket_name": "central",
        "kms_key_id": KEY,
        "log_file_validation_enabled": True,
        "has_custom_event_selectors": False,
        **changes,
    }


def item(account, status="OK", time=None, name="main", **changes):
    """An item of AWS Config, without arn."""
    configuration = {
        "s3BucketName": "central",
        "kmsKeyId": KEY,
        "isMultiRegionTrail": True,
        "isOrganizationTrail": False,
        "logFileValidationEnabled": True,
        "hasCustomEventSelectors": False,
    }
    found = {
        "resourceType": TRAIL_TYPE,
        "resourceName": name,
        "accountId": account,
        "awsRegion": "us-east-1",
        "configurationItemStatus": status,
        "configuration": {k: v for k, v in (configuration | changes).items() if v is not None},
    }
    return found | ({"configurationItemCaptureTime": time} if time else {})


def discover(folder, **files):
    """The draft of JSON files; a double underscore parts folders."""
    for name, content in files.items():
        path = folder / (name.replace("__", "/").replace("_", "-") + ".json")
        path.parent.mkdir(parents=True, exist_ok=True)
        text = content if isinstance(content, str) else json.dumps(content)
        path.write_text(text, encoding="utf-8")
    return discover_aws_responses(folder)


def accounts_of(draft):
    """The accounts of the drafted trails."""
    return sorted(trail.account for trail in draft.inventory.trails)


@pytest.mark.parametrize(
    "answer",
    [
        [row(FIRST), row(SECOND), row(THIRD)],
        {"rows": [row(FIRST), row(SECOND), row(THIRD)]},
        [item(FIRST), item(SECOND), item(THIRD)],
        {
            "configurationItems": [
                item(a, time="2026-01-01T00:00:00Z") for a in (FIRST, SECOND, THIRD)
            ]
        },
        {"Results": [json.dumps(item(a)) for a in (FIRST, SECOND, THIRD)]},
    ],
)
def test_trails_of_one_name_are_one_for_each_account(answer, tmp_path):
    """Three accounts, one name, one bucket and one key: three trails."""
    assert accounts_of(discover(tmp_path, trails=answer)) == [FIRST, SECOND, THIRD]


def test_the_row_of_a_trail_and_its_answer_are_one_trail(tmp_path):
    """The row has no ARN, describe-trails has: account, Region and name make the same one."""
    arn = f"arn:aws:cloudtrail:us-east-1:{FIRST}:trail/main"
    answer = {"trailList": [{"Name": "main", "TrailARN": arn, "KmsKeyId": KEY}]}
    assert accounts_of(discover(tmp_path, rows=[row(FIRST)], describe_trails=answer)) == [FIRST]


def test_a_trail_that_shows_in_each_region_is_one(tmp_path):
    """Rows of a multi-Region trail by the Region that was asked: one trail, its home a TODO."""
    rows = [row(FIRST, region=region) for region in ("us-east-1", "eu-west-1")]
    for each in rows:
        del each["home_region"]
    draft = discover(tmp_path, rows=rows)
    assert accounts_of(draft) == [FIRST]
    assert any("home_region" in todo.at for todo in draft.todo)


def test_an_organization_trail_shows_in_each_account_and_is_one(tmp_path):
    """Whose it is nobody says: a TODO."""
    rows = [row(account, is_organization_trail=True) for account in (FIRST, SECOND)]
    draft = discover(tmp_path, rows=rows)
    assert len(draft.inventory.trails) == 1
    assert any("management account" in todo.question for todo in draft.todo)


def test_rows_without_account_and_arn_are_named(tmp_path):
    """Two rows of one name may be two trails: one is drafted, with a TODO."""
    rows = [row(FIRST), row(SECOND)]
    for each in rows:
        del each["account_id"]
    assert "neither its ARN nor its account" in discover(tmp_path, rows=rows).text


def test_arns_in_capitals_are_read(tmp_path):
    """Files of a delivery channel have `ARN`: two accounts, one name."""
    items = []
    for account in (FIRST, SECOND):
        each = item(account) | {"ARN": f"arn:aws:cloudtrail:us-east-1:{account}:trail/main"}
        del each["accountId"]
        items.append(each | {"resourceId": "main", "configurationItemCaptureTime": "2026"})
    assert accounts_of(discover(tmp_path, items={"configurationItems": items})) == [FIRST, SECOND]


BARE = {"Name": "main", "S3BucketName": "b", "IsMultiRegionTrail": True}
BARE["TrailARN"] = f"arn:aws:cloudtrail:us-east-1:{FIRST}:trail/main"
BARE_WITH_NULL = BARE | {"KmsKeyId": None}
WHOLE = {
    "Name": "main",
    "TrailARN": f"arn:aws:cloudtrail:us-east-1:{FIRST}:trail/main",
    "S3BucketName": "b",
    "HomeRegion": "us-east-1",
    "IncludeGlobalServiceEvents": True,
    "IsMultiRegionTrail": True,
    "IsOrganizationTrail": False,
    "LogFileValidationEnabled": False,
    "HasCustomEventSelectors": False,
}


@pytest.mark.parametrize(
    "answer",
    [
        {"trailList": [WHOLE]},
        {"Trail": WHOLE},
        [BARE_WITH_NULL],
        {"trailList": [BARE_WITH_NULL]},
        [row(FIRST, kms_key_id=None)],
        {"rows": [row(FIRST, kms_key_id=None)]},
        {"configurationItems": [item(FIRST, kmsKeyId=None)]},
        {
            "Results": [json.dumps(item(FIRST, kmsKeyId=None))],
            "QueryInfo": {"SelectFields": [{"Name": "configuration.kmsKeyId"}]},
        },
    ],
)
def test_a_key_that_was_asked_for_and_is_not_there_is_none(answer, tmp_path):
    """A whole answer without the field, or null in its place: SSE-S3, and no question."""
    draft = discover(tmp_path, answer=answer)
    assert [trail.key for trail in draft.inventory.trails] == [None]
    assert not [todo for todo in draft.todo if todo.at.endswith(": key")]


@pytest.mark.parametrize(
    "answer",
    [
        {"trailList": [WHOLE]},
        [row(FIRST)],
        [row(FIRST, status={"LatestDeliveryTime": "2026-11-28T00:00:00Z"})],
        {"configurationItems": [item(FIRST)]},
    ],
)
def test_whether_it_is_logging_is_open_where_nobody_says_so(answer, tmp_path):
    """describe-trails and AWS Config never tell, rows only where the column was selected."""
    draft = discover(tmp_path, answer=answer)
    assert any("whether it is logging is not known" in todo.question for todo in draft.todo)


@pytest.mark.parametrize(
    "answer",
    [
        [row(FIRST, is_logging=True)],
        [row(FIRST, is_logging="t")],
        [row(FIRST, status={"IsLogging": True})],
    ],
)
def test_a_status_that_is_told_asks_nothing(answer, tmp_path):
    """Steampipe's column, its CSV, CloudQuery's answer of get-trail-status."""
    draft = discover(tmp_path, answer=answer)
    assert not any("logging" in todo.question for todo in draft.todo)


FIELDS = ("IsOrganizationTrail", "IsMultiRegionTrail", "LogFileValidationEnabled")


@pytest.mark.parametrize("field", FIELDS)
def test_a_flag_that_nobody_asked_for_is_open(field, tmp_path):
    """Left out of the answer, it is no false: a TODO at its place."""
    trail = {name: value for name, value in WHOLE.items() if name != field}
    draft = discover(tmp_path, answer={"trailList": [trail]})
    places = dict(zip(FIELDS, ("scope", "regions", "log_file_validation"), strict=True))
    at = f"trails main: {places[field]}"
    assert [todo.question for todo in draft.todo if todo.at == at] == [f"the answer has no {field}"]


QUERY = {"s3BucketName": "central", "isMultiRegionTrail": True}


@pytest.mark.parametrize(
    "answer",
    [
        [BARE],
        BARE,
        {"trailList": [BARE]},
        {"Trail": BARE},
        [{"Name": "main", "TrailARN": BARE["TrailARN"]}],
        [{name: value for name, value in row(FIRST).items() if name != "kms_key_id"}],
        [item(FIRST) | {"configuration": QUERY}],
        {
            "Results": [json.dumps(item(FIRST, kmsKeyId=None))],
            "QueryInfo": {"SelectFields": [{"Name": "configuration.s3BucketName"}]},
        },
    ],
)
def test_a_key_that_nobody_asked_for_is_open(answer, tmp_path):
    """A part of the fields, without that of the key: a TODO, never SSE-S3."""
    draft = discover(tmp_path, answer=answer)
    assert draft.inventory.trails[0].key is not None
    assert any(todo.at.endswith(": key") or "key" in todo.at for todo in draft.todo)


def test_a_second_header_is_no_trail(tmp_path):
    """Two CSV files of one query, one after the other."""
    header = "name,arn,is_multi_region_trail,s3_bucket_name,kms_key_id"
    lines = [
        f"main,arn:aws:cloudtrail:us-east-1:{account}:trail/main,t,b,{KEY}"
        for account in (FIRST, SECOND)
    ]
    (tmp_path / "t.csv").write_text("\n".join([header, lines[0], header, lines[1], ""]))
    draft = discover_aws_responses(tmp_path)
    assert accounts_of(draft) == [FIRST, SECOND]
    assert all(trail.regions is None for trail in draft.inventory.trails)  # t is true


@pytest.mark.parametrize("names", [("a", "b"), ("b", "a")])
def test_a_history_over_several_files_ends_with_its_last_state(names, tmp_path):
    """January's key is gone in March, whichever file is read first; the other trail is deleted."""
    january = [item(FIRST, time="2026-01-01T00:00:00Z", name=name) for name in ("main", "old")]
    march = [
        item(FIRST, time="2026-03-01T00:00:00Z", kmsKeyId=None),
        item(FIRST, "ResourceDeleted", "2026-03-01T00:00:00Z", "old"),
    ]
    files = zip(names, (january, march), strict=True)
    draft = discover(tmp_path, **{name: {"configurationItems": items} for name, items in files})
    assert [(trail.name, trail.key) for trail in draft.inventory.trails] == [("main", None)]


def test_flags_of_psql_stop_a_trail(tmp_path):
    """`f` is false in every column: a trail that is not logging writes no files."""
    header = "name,arn,is_multi_region_trail,s3_bucket_name,kms_key_id,is_logging,stop_logging_time"
    line = f"main,arn:aws:cloudtrail:us-east-1:{FIRST}:trail/main,f,b,{KEY},f,2026-10-05 10:00:00"
    (tmp_path / "t.csv").write_text(f"{header}\n{line}\n")
    (trail,) = discover_aws_responses(tmp_path).inventory.trails
    assert str(trail.until) == "2026-10-06"  # it may have written on the day that it stopped
    assert trail.regions == ("us-east-1",)


@pytest.mark.parametrize("names", [("a", "b"), ("b", "a")])
def test_selectors_wait_for_their_trail(names, tmp_path):
    """A table of selectors that is read before that of trails."""
    arn = f"arn:aws:cloudtrail:us-east-1:{FIRST}:trail/main"
    trail = row(FIRST, arn=arn, has_custom_event_selectors=True)
    selector = {"trail_arn": arn, "include_management_events": False, "read_write_type": "All"}
    draft = discover(tmp_path, **dict(zip(names, ([trail], [selector]), strict=True)))
    assert draft.inventory.trails[0].exclude_kms_events is True


def test_selectors_in_a_row_without_arn_are_its_own(tmp_path):
    """The cell is the row's, whatever names the trail."""
    own = [
        {"IncludeManagementEvents": True, "ExcludeManagementEventSources": ["kms.amazonaws.com"]}
    ]
    each = row(FIRST, event_selectors=own, has_custom_event_selectors=True)
    del each["account_id"]
    assert discover(tmp_path, rows=[each]).inventory.trails[0].exclude_kms_events is True


def test_an_odd_row_drops_itself_alone(tmp_path):
    """`(1 row)` at the end of psql's CSV, an object of something else in JSON: counted."""
    draft = discover(tmp_path, rows=[row(FIRST), {"title": "x"}, {"title": "y"}])
    assert accounts_of(draft) == [FIRST]
    assert any("2 rows of no table" in notice for notice in draft.notices)
    assert any("2 rows of no table" in reason for each in draft.coverage for reason in each.reasons)


def test_trails_that_nothing_names_are_an_error(tmp_path):
    """A count is no trail: no draft without trails that looks like one."""
    answer = {"Results": [json.dumps({"COUNT(*)": 3, "resourceType": TRAIL_TYPE})], "QueryInfo": {}}
    with pytest.raises(KmscostError, match="without Name and TrailARN"):
        discover(tmp_path, answer=answer)
