"""`discover aws` when something fails: never a trail lost without exit 1 or a TODO at its place.

An organization in moto behind a proxy that injects each fault. The draft without a fault is what is
there; with one, whatever differs from it must have been said.
"""

import contextlib
import dataclasses
import os
import socket
import ssl
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import estimator.discovery.aws
from estimator import KmscostError, discover_aws
from estimator.discovery.aws.calls import TRAILS
from estimator.discovery.aws.waiting import Patience
from pricing.reading.problems import UsageError
from tests.discovery.cloud import Estate, Fault, Proxy, sharing_botocore, start_empty
from tests.discovery.faults import (
    EXPLICIT,
    FAULTS,
    HOME,
    OPT_IN,
    REGIONS,
    SCP,
    SECOND,
    SKEWED,
    denied,
    expired,
)
from tests.extras import needed
from tests.real_data import ROOT

needed("moto.server")

ROLE = "KmscostReader"
OUTSIDER = "999988887777"
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "x",
    "AWS_DEFAULT_REGION": HOME,
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": "/nonexistent",
    "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
}
# few attempts; nothing times out, however busy the machine is
PATIENT = Patience(login=60, login_attempts=2, attempts=2, connect=60, read=60, rest=60)
# for what hangs
IMPATIENT = dataclasses.replace(PATIENT, read=2)
# for answers that do not end
BOUNDED = dataclasses.replace(PATIENT, answer=2)
GENEROUS = 60  # no test waits longer for a command that must end by itself [s]

# for connections that hang: the machine takes those that do not, however busy it is
BRISK = dataclasses.replace(PATIENT, connect=0.5)


@pytest.fixture(scope="module", autouse=True)
def descriptions():
    """Those of AWS's services, read once for all tests."""
    with pytest.MonkeyPatch.context() as patch, sharing_botocore(patch):
        yield


@pytest.fixture(scope="module")
def organization():
    """Four accounts, three Regions, four trails, a log archive with the key, an outsider's key."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    start_empty(server)
    proxy = Proxy(server.get_host_and_port()[1])
    proxy.regions = REGIONS
    estate = Estate(proxy.url)
    estate.proxy = proxy
    archive, first, second = estate.members(3)
    estate.client("organizations").tag_resource(
        ResourceId=first, Tags=[{"Key": "team", "Value": "payments"}]
    )
    own = estate.management
    logs = estate.key(archive, SECOND, "cloudtrail")
    estate.bucket(archive, "org-logs", SECOND, bucket_key=True)
    everywhere = {"IsMultiRegionTrail": True}
    estate.trail(
        own, HOME, "org", "org-logs", logs, IsOrganizationTrail=True, EnableLogFileValidation=True,
        **everywhere,
    )  # fmt: skip
    estate.bucket(first, "audit-logs", SECOND)
    estate.trail(first, SECOND, "audit", "audit-logs", estate.key(first, SECOND), **everywhere)
    estate.trail(first, HOME, "plain", "audit-logs")
    foreign = f"arn:aws:kms:{OPT_IN}:{OUTSIDER}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    estate.bucket(second, "local-logs", OPT_IN)
    estate.trail(second, OPT_IN, "local", "local-logs", foreign)
    estate.trails = {(own, "org"), (first, "audit"), (first, "plain"), (second, "local")}
    estate.members_made = [archive, first, second]
    yield estate
    proxy.released.set()
    proxy.shutdown()
    server.stop()


@pytest.fixture
def aws(organization, monkeypatch):
    """The organization without faults, asked by its management account."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", organization.url)
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "HTTP_PROXY", "http_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(estimator.discovery.aws, "PATIENCE", PATIENT)
    proxy = organization.proxy
    proxy.injected = []
    proxy.released.clear()
    yield organization
    proxy.injected = []
    proxy.released.set()


@pytest.fixture(scope="module")
def whole(organization):
    """The draft without any fault."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**ENVIRONMENT, "AWS_ENDPOINT_URL": organization.url}.items():
            patch.setenv(name, value)
        organization.proxy.injected = []
        return discover_aws(role=ROLE)


def test_without_a_fault_all_is_there(whole, organization):
    """Four trails, shadow copies once, each key where it is; the outsider pays its own bill."""
    found = {(trail.account, trail.name) for trail in whole.inventory.trails}
    assert found == organization.trails
    accounts = {account.id: account for account in whole.inventory.accounts}
    assert set(accounts) == {organization.management, *organization.members_made, OUTSIDER}
    assert accounts[OUTSIDER].payer == OUTSIDER
    # 4 accounts x 3 Regions of the organization trail, 3 of audit, 1 of plain, 1 of local: 17, and
    # none of the outsider's
    assert sum(whole.inventory.streams().values()) == 17


def discover_with(estate, faults, tags=False):
    """The draft, or the error that stands in its place."""
    estate.proxy.injected = [dataclasses.replace(f, _lock=threading.Lock()) for f in faults]
    try:
        return discover_aws(role=ROLE, tags=tags), None
    except KmscostError as error:
        return None, str(error)


def assert_nothing_lost(draft, whole, organization):
    """Whatever differs from the whole draft has a TODO more, and a trail its place in coverage."""
    found = {(trail.account, trail.name) for trail in draft.inventory.trails}
    # a trail of a name that two have is named by its ARN
    assert all(name in {n for _, n in organization.trails} for _, name in found)
    partial = [seen for seen in draft.coverage if seen.section == "trails" and seen.seen != "whole"]
    words = " ".join(f"{seen.source} {' '.join(seen.reasons)}" for seen in partial)
    for account, name in organization.trails - found:
        assert account in words or "not known" in words, (name, words)
        assert [todo for todo in draft.todo if todo.at == "trails"]
    before = {(todo.at, todo.question) for todo in whole.todo}
    more = {(todo.at, todo.question) for todo in draft.todo} - before
    if draft.inventory != whole.inventory:
        assert more
    assert [todo for _, todo in more if todo[:100] not in draft.text] == []


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_loses_nothing(aws, whole, name, monkeypatch):
    """Exit 1 with what to do, or a draft in which all that is missing is a TODO; no traceback."""
    faults, words, fails = FAULTS[name]
    if any(fault.kind == "hang" for fault in faults):
        monkeypatch.setattr(estimator.discovery.aws, "PATIENCE", IMPATIENT)
    elif any(fault.kind == "drip" for fault in faults):
        monkeypatch.setattr(estimator.discovery.aws, "PATIENCE", BOUNDED)
    draft, error = discover_with(aws, faults, tags="tags" in name)
    if fails is not None:
        assert (error is not None) == fails, error or draft.notices
    if error is not None:
        assert words in error
        return
    assert_nothing_lost(draft, whole, aws)
    if words is None:
        assert draft.inventory == whole.inventory
        assert draft.todo == whole.todo
    else:
        assert words in "\n".join(draft.notices)
        assert [seen for seen in draft.coverage if seen.seen != "whole"]


@contextlib.contextmanager
def black_hole():
    """A port at which connections hang: its queue is full, and nobody takes from it."""
    with socket.socket() as listening, contextlib.ExitStack() as stack:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        for _ in range(4):
            filling = stack.enter_context(socket.socket())
            filling.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                filling.connect(listening.getsockname())
        probe = stack.enter_context(socket.socket())
        probe.settimeout(1)
        try:
            probe.connect(listening.getsockname())
        except TimeoutError:
            yield listening.getsockname()[1]
        else:
            pytest.skip("here a full queue takes connections")


@pytest.fixture
def closed_port():
    """A port at which nobody listens."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        yield reserved.getsockname()[1]


def assert_no_way(words, *cures):
    """Nobody is let in: one sentence with the host or the reason, and the cure of its kind."""
    with pytest.raises(KmscostError) as caught:
        discover_aws(role=ROLE)
    message = str(caught.value)
    assert words in message
    for text in cures:
        assert text in message
    return message


NETWORK, LOGIN = "check network, VPN and proxy", "log in (`aws configure`"


@pytest.mark.usefixtures("aws")
def test_a_black_hole_is_told_with_its_host(monkeypatch):
    """A connection that hangs, at the login: the network's cure, none of the login's."""
    monkeypatch.setattr(estimator.discovery.aws, "PATIENCE", BRISK)
    with black_hole() as port:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
        message = assert_no_way(f"no connection to 127.0.0.1:{port} (timed out)", NETWORK)
    assert LOGIN not in message


@pytest.mark.usefixtures("aws")
def test_the_login_as_a_whole_has_an_end(monkeypatch):
    """A host of many addresses, or names that nobody looks up: given up after its time."""
    patience = dataclasses.replace(PATIENT, login=0.5)
    monkeypatch.setattr(estimator.discovery.aws, "PATIENCE", patience)
    with black_hole() as port:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
        assert_no_way(f"no connection to 127.0.0.1:{port} (no answer within 0.5 s", NETWORK)


@pytest.mark.parametrize("service", ["CLOUDTRAIL", "KMS", "ORGANIZATIONS", "S3", "EC2"])
def test_a_black_hole_of_one_service(aws, whole, monkeypatch, service):
    """As in a VPC with endpoints of some services: the host is named, and nothing is lost."""
    monkeypatch.setattr(estimator.discovery.aws, "PATIENCE", BRISK)
    with black_hole() as port:
        # only this one has another host; what answers under the usual one is patient
        monkeypatch.setenv(f"AWS_ENDPOINT_URL_{service}", f"http://127.0.0.1:{port}")
        draft, error = discover_with(aws, [])
    words = f"no connection to 127.0.0.1:{port} (timed out)"
    if service == "CLOUDTRAIL":
        assert words in error
        return
    assert words in "\n".join(draft.notices)
    assert_nothing_lost(draft, whole, aws)


@pytest.mark.parametrize(
    ("endpoint", "words"),
    [
        ("http://127.0.0.1:{closed}", "no connection to 127.0.0.1:{closed} (refused)"),
        ("http://nowhere.invalid", "no connection to nowhere.invalid (no such name in DNS)"),
        ("https://127.0.0.1:{open}", "no connection to 127.0.0.1:{open} (TLS: what answers"),
    ],
)
def test_hosts_that_cannot_be_reached(aws, monkeypatch, closed_port, endpoint, words):
    """Refused, without a name, without TLS: the host, what happened, and no word of a login."""
    ports = {"closed": closed_port, "open": aws.url.rpartition(":")[2]}
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint.format(**ports))
    assert LOGIN not in assert_no_way(words.format(**ports))


@pytest.mark.usefixtures("aws")
def test_a_certificate_that_nobody_knows(monkeypatch, tmp_path):
    """A proxy that opens TLS: AWS_CA_BUNDLE is the cure."""
    certificate = certificate_of_nobody(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)

        def serve():
            while True:
                try:
                    accepted, _ = listening.accept()
                except OSError:
                    return
                with contextlib.suppress(OSError), accepted:
                    context.wrap_socket(accepted, server_side=True)

        threading.Thread(target=serve, daemon=True).start()
        port = listening.getsockname()[1]
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"https://127.0.0.1:{port}")
        assert_no_way("TLS: its certificate is not trusted", "AWS_CA_BUNDLE")


def certificate_of_nobody(folder):
    """A certificate and its key in one file, signed by itself."""
    import datetime

    x509 = needed("cryptography.x509")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "proxy.example.com")])
    begin = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name)
    builder = builder.public_key(key.public_key()).serial_number(1)
    builder = builder.not_valid_before(begin).not_valid_after(begin.replace(year=2036))
    path = folder / "proxy.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.mark.usefixtures("aws")
def test_a_proxy_that_is_not_there(monkeypatch, closed_port):
    """HTTP_PROXY at a closed port: the proxy is the host to look at; its password is not shown."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://sts.us-east-1.example.com")
    monkeypatch.setenv("HTTP_PROXY", f"http://me:secret@127.0.0.1:{closed_port}")
    monkeypatch.setenv("http_proxy", f"http://me:secret@127.0.0.1:{closed_port}")
    message = assert_no_way(f"no connection to proxy 127.0.0.1:{closed_port}", NETWORK)
    assert "secret" not in message


@pytest.mark.usefixtures("aws")
def test_missing_credentials(monkeypatch):
    """Nothing to ask with: the login's cure."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "")
    assert "network" not in assert_no_way("no way in", LOGIN)


@pytest.mark.usefixtures("aws")
def test_an_unknown_profile(monkeypatch, tmp_path):
    """The profiles that there are stand in the message."""
    config = tmp_path / "config"
    config.write_text("[profile security]\nregion = eu-west-1\n[default]\n", encoding="utf-8")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    with pytest.raises(KmscostError, match="--profile: default, security"):
        discover_aws(profile="secuirty")


@pytest.mark.parametrize(
    ("code", "message", "words", "fix"),
    [
        ("ExpiredToken", "it has expired", "no way in", LOGIN),
        ("InvalidClientTokenId", "it is invalid", "no way in", "opt-in Region"),
        ("SignatureDoesNotMatch", SKEWED, "a wrong clock", "set this computer's clock"),
        ("Throttling", "Rate exceeded", "throttled in each of 2 attempts", "run it again later"),
        ("InternalFailure", "x", "an error of AWS's own", "health.aws.amazon.com"),
    ],
)
def test_who_is_not_let_in(aws, code, message, words, fix):
    """Login, clock, throttling and AWS's own errors: each has its own cure."""
    status = 500 if code == "InternalFailure" else 403
    aws.proxy.injected = [
        Fault("error", "GetCallerIdentity", code=code, message=message, status=status)
    ]
    assert NETWORK not in assert_no_way(words, fix)


@pytest.mark.usefixtures("aws")
def test_the_profiles_role_behind_a_black_hole(monkeypatch, tmp_path):
    """The login's own calls, which botocore makes, are as impatient as ours."""
    monkeypatch.setattr(estimator.discovery.aws, "PATIENCE", BRISK)
    config = tmp_path / "config"
    config.write_text(
        "[profile base]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = x\n"
        "[profile audit]\nrole_arn = arn:aws:iam::111122223333:role/audit\n"
        "source_profile = base\nregion = eu-west-1\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with black_hole() as port:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
        with pytest.raises(KmscostError, match=r"timed out.*check network"):
            discover_aws(profile="audit")


def test_attempts_are_attempts(aws):
    """Two attempts are two calls over HTTP, not three."""
    aws.proxy.injected = [Fault("error", "GetCallerIdentity", code="Throttling")]
    aws.proxy.calls.clear()
    assert_no_way("2 attempts")
    assert aws.proxy.calls["sts:GetCallerIdentity"] == 2


def test_a_throttled_place_is_not_tried_again_and_again(aws):
    """After the last attempt in an account and Region the next call there is tried once."""
    aws.proxy.injected = [Fault("error", service="kms", region=SECOND, code="ThrottlingException")]
    aws.proxy.calls.clear()
    draft = discover_aws(role=ROLE)
    calls = aws.proxy.calls
    # 2 keys there, each in an account of its own: 2 attempts for the first call, then 1 for each
    assert calls["kms:DescribeKey"] - 1 == 2 * 2  # and the outsider's, elsewhere
    assert calls["kms:ListAliases"] == calls["kms:ListKeyRotations"] == 2
    assert any("throttled kms:DescribeKey" in notice for notice in draft.notices)


def test_the_external_id_goes_with_every_role(aws):
    """`--external-id` is sent to AssumeRole, and stands in no file."""
    aws.proxy.bodies.clear()
    draft = discover_aws(role=ROLE, external_id="abc-1234")
    assert len(draft.inventory.trails) == 4
    assumed = [body for call, body in aws.proxy.bodies if call == "AssumeRole"]
    assert len(assumed) == 3
    assert all(b"ExternalId=abc-1234" in body for body in assumed)
    assert "abc-1234" not in draft.text
    assert "--external-id ID" in draft.text


@pytest.mark.parametrize(
    ("role", "value"), [((), "abc"), (ROLE, "a"), (ROLE, "a b"), (ROLE, "é" * 3)]
)
def test_external_ids_that_are_none(role, value):
    """Without a role, too short, or with letters that AWS does not take: a mistake in usage."""
    with pytest.raises(UsageError, match="external_id"):
        discover_aws(role=role, external_id=value)


def test_a_role_whose_session_ends_is_assumed_again(aws, whole):
    """Sessions of roles last an hour, and a large organization takes longer: nothing is lost."""
    aws.proxy.calls.clear()
    draft, error = discover_with(
        aws, [expired(call="GetTrailStatus", about=":trail/audit", times=1)]
    )
    assert error is None
    assert (draft.inventory, draft.todo) == (whole.inventory, whole.todo)
    assert aws.proxy.calls["sts:AssumeRole"] == 3 + 1


def test_tags_are_asked_for_where_they_are_wanted(aws):
    """`--tags`: a call for each of four accounts; without it none."""
    aws.proxy.calls.clear()
    tags = {
        account.id: account.tags
        for account in discover_aws(role=ROLE, tags=True).inventory.accounts
    }
    assert tags[aws.members_made[1]] == {"team": "payments"}
    assert aws.proxy.calls["organizations:ListTagsForResource"] == 4
    aws.proxy.calls.clear()
    discover_aws(role=ROLE)
    assert aws.proxy.calls["organizations:ListTagsForResource"] == 0


def test_tags_that_are_denied_cost_one_call(aws):
    """The first denial tells it for all, and everything else is as without tags."""
    aws.proxy.calls.clear()
    aws.proxy.injected = [denied("ListTagsForResource")]
    draft = discover_aws(role=ROLE, tags=True)
    assert aws.proxy.calls["organizations:ListTagsForResource"] == 1
    assert len(draft.inventory.trails) == 4
    (reasons,) = [seen.reasons for seen in draft.coverage if "ListTags" in str(seen.reasons)]
    assert reasons == ("denied organizations:ListTagsForResource",)


@pytest.mark.usefixtures("aws")
def test_a_region_that_nobody_has_enabled():
    """`--regions` names one that no account has: no draft without trails, but an error."""
    with pytest.raises(KmscostError, match="no account that was looked into has it enabled"):
        discover_aws(role=ROLE, regions=["af-south-1"])


def test_what_a_policy_closes_is_said_where_its_files_are_counted(aws):
    """A Region that is enabled and closed: still in `regions`, with AWS's words and what to do."""
    aws.proxy.injected = [denied("DescribeTrails", SCP, region=OPT_IN)]
    draft = discover_aws(role=ROLE)
    assert all(OPT_IN in account.regions for account in draft.inventory.accounts[:4])
    at = {todo.at: todo.question for todo in draft.todo if OPT_IN in todo.question}
    assert EXPLICIT in at["trails"]
    assert "lower files_per_day" in at["accounts"]
    seen = [seen for seen in draft.coverage if seen.seen == "not" and OPT_IN in seen.source]
    assert len([item for item in seen if item.section == "trails"]) == 4


def run(environment, *options):
    """`kmscost discover aws` in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "estimator", "discover", "aws", *options],
        env={**os.environ, **ENVIRONMENT, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=GENEROUS,
    )


def test_the_command_behind_a_broken_network(tmp_path, closed_port):
    """As a user meets it, with our own patience: exit 1, the host, what to do, no file."""
    target = tmp_path / "inventory.yaml"
    endpoint = f"http://127.0.0.1:{closed_port}"
    done = run({"AWS_ENDPOINT_URL": endpoint}, "--output", str(target))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"AWS: found no connection to 127.0.0.1:{closed_port} (refused)")
    assert NETWORK in done.stderr
    assert not target.exists()


def test_what_stands_in_the_draft_passes_check(aws, tmp_path):
    """A draft with every kind of gap in it loads as a file."""
    faults = [
        denied("DescribeTrails", SCP, region=OPT_IN),
        denied("GetTrailStatus"),
        Fault("page", "GetEventSelectors"),
        Fault("error", service="kms", code="ThrottlingException"),
        Fault("well-formed page", "GetBucketLocation"),
    ]
    draft, error = discover_with(aws, faults)
    assert error is None
    path = Path(tmp_path / "draft.yaml")
    path.write_text(draft.text, encoding="utf-8")
    assert estimator.load_inventory(path).streams() == draft.inventory.streams()
    at = {todo.at for todo in draft.todo}
    assert {"trails", "keys", "accounts", "trails org", "trails audit"} <= at


def test_a_role_of_one_account_leaves_the_others_open(aws):
    """An ARN names one account: for the others a role is asked for, and their trails are a TODO."""
    first = aws.members_made[1]
    draft = discover_aws(role=f"arn:aws:iam::{first}:role/{ROLE}")
    assert {trail.name for trail in draft.inventory.trails} == {"org", "audit", "plain"}
    (notice,) = [line for line in draft.notices if "name one with --role" in line]
    assert "no role of it is named" in notice
    assert [todo for todo in draft.todo if todo.at == "trails" and "no role" in todo.question]


@pytest.mark.parametrize("status", [407, 511])
def test_what_only_a_proxy_answers_is_no_answer_of_aws(status):
    """Proxy Authentication Required, Network Authentication Required (RFC 9110, RFC 6585)."""
    from estimator.discovery.aws.failures import cure, failure_of_code

    failure = failure_of_code(str(status), "", status, 1)
    assert cure(TRAILS, failure).startswith("log in to the proxy")
