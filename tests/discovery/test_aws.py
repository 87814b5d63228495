"""`discover aws` against AWS's API over HTTP: moto behind a proxy that denies and throttles."""

import os
import signal
import subprocess
import sys

import pytest

from estimator import KmscostError, aws_policy, discover_aws, forecast
from tests.discovery.cloud import Estate, Proxy, sharing_botocore, start_empty
from tests.extras import needed
from tests.real_data import ROOT

needed("moto.server")

ROLE = "KmscostReader"
REGIONS = ["us-east-1", "eu-west-1"]
NO_KMS = [
    {
        "ReadWriteType": "All",
        "IncludeManagementEvents": True,
        "ExcludeManagementEventSources": ["kms.amazonaws.com"],
    }
]
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "x",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": "/nonexistent",
    "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
}


@pytest.fixture(scope="module", autouse=True)
def descriptions():
    """Those of AWS's services, read once for all tests."""
    with pytest.MonkeyPatch.context() as patch, sharing_botocore(patch):
        yield


@pytest.fixture(scope="module")
def cloud():
    """25 accounts, listed on two pages: a trail for all, trails of their own in four members."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    start_empty(server)
    proxy = Proxy(server.get_host_and_port()[1])
    estate = Estate(proxy.url)
    proxy.quiet = True
    members = estate.members(24)
    own = estate.management
    logs = estate.key(own, "eu-west-1", "cloudtrail")
    estate.client("kms", own, "eu-west-1").enable_key_rotation(KeyId=logs)
    estate.client("kms", own, "eu-west-1").rotate_key_on_demand(KeyId=logs)
    estate.key(own, "eu-west-1", "something-else")
    estate.bucket(own, "org-logs", "eu-west-1", bucket_key=True)
    whole = {
        "IsOrganizationTrail": True,
        "IsMultiRegionTrail": True,
        "EnableLogFileValidation": True,
    }
    estate.trail(own, "us-east-1", "org", "org-logs", logs, NO_KMS, **whole)
    for number, member in enumerate(members[:3]):
        region = REGIONS[number % 2]
        key = estate.key(member, region) if number else None
        estate.bucket(member, f"audit-{number}", region)
        estate.trail(member, region, "audit", f"audit-{number}", key)
    stopped = members[3]
    estate.bucket(stopped, "stopped", "us-east-1")
    estate.trail(stopped, "us-east-1", "stopped", "stopped")
    estate.client("cloudtrail", stopped).stop_logging(Name="stopped")
    estate.members_made, estate.logs, estate.proxy = members, logs, proxy
    proxy.quiet = False
    yield estate
    proxy.shutdown()
    server.stop()


@pytest.fixture
def aws(cloud, monkeypatch):
    """The organization, with this process as its management account."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", cloud.url)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    cloud.proxy.calls.clear()
    cloud.proxy.deny.clear()
    cloud.proxy.faults.clear()
    cloud.proxy.pages.clear()
    cloud.proxy.throttle.clear()
    return cloud


@pytest.fixture(scope="module")
def discovery(cloud):
    """Discover with the role and nothing denied; the draft, and the calls that were made."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**ENVIRONMENT, "AWS_ENDPOINT_URL": cloud.url}.items():
            patch.setenv(name, value)
        cloud.proxy.calls.clear()
        draft = discover_aws(role=ROLE, regions=REGIONS)
    return draft, dict(cloud.proxy.calls)


def trail_of(draft, account, start):
    found = [t for t in draft.inventory.trails if t.account == account and start in t.name]
    assert len(found) == 1, [(t.name, t.account) for t in draft.inventory.trails]
    return found[0]


def test_every_account_with_their_names_and_regions(discovery, cloud):
    """Every account of the organization, over all pages of the list, with its enabled Regions."""
    draft, _ = discovery
    assert len(draft.inventory.accounts) == 25
    assert {account.id for account in draft.inventory.accounts} == {
        cloud.management,
        *cloud.members_made,
    }
    assert draft.inventory.payer == cloud.management
    assert draft.inventory.accounts[1].name.startswith("workload-")
    assert "eu-west-1" in draft.inventory.accounts[0].regions


def test_the_organization_trail_with_its_key_and_bucket(discovery, cloud):
    """Scope, Regions, validation, selectors, key with alias, bucket with a Bucket Key."""
    draft, _ = discovery
    trail = trail_of(draft, cloud.management, "org")
    assert (trail.scope, trail.regions, trail.home_region) == ("organization", None, "us-east-1")
    assert (trail.log_file_validation, trail.exclude_kms_events) == (True, True)
    assert (trail.bucket.name, trail.bucket.region, trail.bucket.bucket_key) == (
        "org-logs",
        "eu-west-1",
        True,
    )
    key = draft.inventory.key(trail.key)
    assert (key.id, key.arn, key.region) == ("cloudtrail", cloud.logs, "eu-west-1")
    assert key.created is not None
    assert key.rotations == (key.created,)
    # rotation is on, and this server does not tell the day of the next one
    assert [todo for todo in draft.todo if todo.at == "keys cloudtrail: rotations"]
    assert "something-else" not in draft.text


def test_trails_of_members_are_found_through_the_role(discovery, cloud):
    """Three members have a trail of the same name: each found, by ARN, with or without a key."""
    draft, _ = discovery
    plain, first, second = (trail_of(draft, cloud.members_made[n], "audit") for n in range(3))
    assert plain.key is None
    assert [draft.inventory.key(trail.key).region for trail in (first, second)] == [
        "eu-west-1",
        "us-east-1",
    ]
    assert first.regions == ("eu-west-1",)
    assert first.name.startswith("arn:aws:cloudtrail:eu-west-1:")
    stopped = trail_of(draft, cloud.members_made[3], "stopped")
    assert stopped.until is not None


def test_discover_then_forecast_without_an_edit(aws, tmp_path):
    """`kmscost discover aws`, then `kmscost forecast`: nothing in between."""
    environment = {
        **os.environ,
        **ENVIRONMENT,
        "AWS_ENDPOINT_URL": aws.url,
        "PYTHONPATH": str(ROOT),
    }
    run = [sys.executable, "-m", "estimator"]
    options = ["--role", ROLE, "--regions", ",".join(REGIONS), "--output", "inventory.yaml"]
    found = subprocess.run(
        [*run, "discover", "aws", *options],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stderr
    done = subprocess.run(
        [*run, "forecast", "inventory.yaml", "--from", "2027-01", "--format", "csv"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "GenerateDataKey" in done.stdout


def test_the_forecast_counts_every_account(discovery):
    """The puts of the organization trail, by hand: 288 x 31 days x accounts x Regions."""
    draft, _ = discovery
    result = forecast(draft.inventory, "2027-01", months=1, by=["trail", "cause"])
    rows = result.rows
    puts = rows[(rows["driver"] == "org") & (rows["cause"] == "put")]["quantity"].sum()
    regions = draft.inventory.accounts[0].regions
    assert all(account.regions == regions for account in draft.inventory.accounts)
    saved = 288 * 31 * 25 * len(regions) * (1 - 0.99)
    assert puts == pytest.approx(saved)


def test_the_policy_is_exactly_the_calls(discovery):
    """The calls over HTTP are those that --print-policy allows; GetCallerIdentity needs none."""
    _, calls = discovery
    names = {"s3:GetBucketEncryption": "s3:GetEncryptionConfiguration"}
    asked = {names.get(call, call) for call in calls} - {"sts:GetCallerIdentity"}
    allowed = set()
    for statement in aws_policy([ROLE])["Statement"]:
        action = statement["Action"]
        allowed |= set([action] if isinstance(action, str) else action)
    assert asked == allowed
    assert not [
        action
        for action in allowed
        if not action.partition(":")[2].startswith(("Get", "List", "Describe", "Assume"))
    ]


@pytest.mark.parametrize(
    ("call", "action"),
    [
        ("ListKeyRotations", "kms:ListKeyRotations"),
        ("ListAliases", "kms:ListAliases"),
        ("GetBucketEncryption", "s3:GetEncryptionConfiguration"),
        ("AssumeRole", "sts:AssumeRole"),
    ],
)
def test_a_denied_call_is_a_notice_with_its_permission(aws, call, action):
    """Whatever is denied: the missing permission by name, and a draft of all the rest."""
    aws.proxy.deny.add(call)
    role = ROLE if call == "AssumeRole" else ()
    draft = discover_aws(role=role, regions=["us-east-1"])
    assert [
        notice
        for notice in draft.notices
        if f"denied {action} " in notice and f"allow {action}" in notice
    ]
    trail = trail_of(draft, aws.management, "org")
    assert trail.key is not None
    open_ = {
        "ListKeyRotations": "rotations",
        "GetBucketEncryption": "bucket_key",
    }.get(call)
    assert open_ is None or [todo for todo in draft.todo if open_ in todo.at]
    # what it would have told is a TODO of its section too
    assert any(action in todo.question for todo in draft.todo)


def test_a_proxy_before_everything_is_an_error(aws):
    """Not even who asks is told: exit 1, no account of the name None."""
    aws.proxy.pages.add("GetCallerIdentity")
    with pytest.raises(KmscostError, match="proxy's page"):
        discover_aws(regions=["us-east-1"])


def test_ctrl_c_ends_at_once(aws, tmp_path):
    """Interrupted while every call hangs: exit 130, nothing written, no waiting for the calls."""
    aws.proxy.hang.add("DescribeTrails")
    aws.proxy.hanging.clear()
    done = subprocess.Popen(
        [sys.executable, "-m", "estimator", "discover", "aws", "--output", "inventory.yaml"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert aws.proxy.hanging.wait(60)
        done.send_signal(signal.SIGINT)
        _, errors = done.communicate(timeout=60)  # the calls hang for twice as long
    finally:
        done.kill()
        aws.proxy.hang.clear()
    assert done.returncode == 130
    assert "Interrupted; nothing was written." in errors
    assert "Traceback" not in errors
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("aws")
def test_members_without_a_role_are_said_to_be_missing():
    """Without --role only the own account is looked into, and a notice says so."""
    draft = discover_aws(regions=["us-east-1"])
    assert len(draft.inventory.accounts) == 25
    assert any(
        "24 of the organization's accounts were not looked into" in notice
        for notice in draft.notices
    )


def test_ous_of_the_organization(aws):
    """The tree is asked level by level: an account in an OU of an OU, and one under the root."""
    organizations = aws.client("organizations")
    root = organizations.list_roots()["Roots"][0]["Id"]
    parent = root
    for name in ("Workloads", "Prod"):
        unit = organizations.create_organizational_unit(ParentId=parent, Name=name)
        parent = unit["OrganizationalUnit"]["Id"]
    accounts = organizations.list_accounts()["Accounts"]
    moved = next(each["Id"] for each in accounts if each["Id"] != aws.management)
    organizations.move_account(AccountId=moved, SourceParentId=root, DestinationParentId=parent)
    draft = discover_aws(regions=["us-east-1"])
    places = {account.id: account.ou for account in draft.inventory.accounts}
    assert places[moved] == "Root/Workloads/Prod"
    assert places[aws.management] == "Root"
