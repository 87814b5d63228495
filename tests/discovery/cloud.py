"""AWS's API on this machine: moto's server, and a proxy before it that denies and throttles.

The proxy speaks HTTP on both sides, so the retries, signatures and pages of botocore are real.
"""

import contextlib
import http.client
import itertools
import json
import re
import socket
import struct
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.extras import needed

boto3 = needed("boto3")


@contextlib.contextmanager
def sharing_botocore(patch):
    """Within it, sessions share what botocore reads and makes for each service, and do not pause.

    Descriptions of services, the classes and the names of events made of them, and moto's own list
    of services: making them anew takes longer than all calls of a discovery, and so do the pauses.
    """
    import botocore.client
    import botocore.hooks
    import botocore.loaders
    import botocore.retries.standard
    import botocore.session
    import moto.backends

    shared = botocore.loaders.create_loader()
    patch.setattr(botocore.session, "create_loader", lambda *_: shared)
    backoff = botocore.retries.standard.ExponentialBackoff
    patch.setattr(backoff, "delay_amount", lambda *_: 0)
    make_once(patch, botocore.client.ClientCreator, "_create_client_class", 1)
    make_once(patch, botocore.hooks.EventAliaser, "_alias_event_name", 1)
    make_once(patch, moto.backends, "list_of_moto_modules", 0, tuple)
    yield


def make_once(patch, owner, name, position, form=lambda made: made):
    """What a function makes of one of its arguments, made once; nothing where there is none."""
    function = getattr(owner, name, None)
    if function is None:  # their own affair: another release may do without
        return
    made = {}

    def once(*args):
        key = args[position] if args else None
        if key not in made:
            made[key] = form(function(*args))
        return made[key]

    patch.setattr(owner, name, once)


_S3_CALLS = {"location": "GetBucketLocation", "encryption": "GetBucketEncryption"}


@dataclass
class Fault:
    """What the proxy does to some calls: which, from which on, and how often."""

    kind: str
    call: str = ""  # of every one
    region: str = ""
    service: str = ""
    about: str = ""  # what stands in the request
    after: int = 0
    times: int = 1_000_000
    code: str = ""
    message: str = "no words"
    status: int = 400
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def strikes(self, service, call, region, body):
        """Tell whether it meets this call."""
        wanted = (self.service or service, self.call or call, self.region or region)
        if wanted != (service, call, region) or self.about.encode() not in body:
            return False
        with self._lock:
            self.after -= 1
            if self.after >= 0:
                return False
            self.times -= 1
            return self.times >= 0


# answers that are none of AWS, with status 200
_BODIES = {
    "page": ("text/html", b"<html><body>Please log in<br>to the proxy</body>"),
    "well-formed page": ("text/html", b"<html><body>Please log in to the proxy</body></html>"),
    "empty": ("application/x-amz-json-1.1", b""),
    "no fields": ("application/x-amz-json-1.1", b"{}"),
}


class Proxy(ThreadingHTTPServer):
    """Passes requests on to moto; `deny` and `throttle` say which it answers itself."""

    daemon_threads = True
    request_queue_size = 128  # a full queue would look like a network that is broken

    def __init__(self, port):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.behind = port
        self.calls = Counter()
        self.deny = set()
        # calls that fail with a code and a message of their own, and those a web page answers
        self.faults = {}
        self.pages = set()
        self.throttle = Counter()
        self.injected = []
        self.bodies = []
        # the Regions that an account has, instead of all that moto knows: with their state
        self.regions = {}
        self.released = threading.Event()
        self.numbers = itertools.count()
        self.hang = set()
        self.hanging = threading.Event()
        self.quiet = False
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, *_):
        """Say nothing: a call that hung outlives moto, and would speak in another test."""

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def _handle(self):
        size = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(size)
        service, call, region = self._which(body)
        server = self.server
        if not server.quiet:
            server.calls[f"{service}:{call}"] += 1
            server.bodies.append((call, body))
        if (not server.quiet and self._refuse(service, call)) or self._hang(call):
            return
        fault = next((f for f in server.injected if f.strikes(service, call, region, body)), None)
        if fault is not None and self._stand_in(fault, service):
            return
        if call == "DescribeRegions" and server.regions:
            self._send("text/xml", self._list_regions())
            return
        self._pass_on(body, fault)

    def _pass_on(self, body, fault):
        """Ask moto; what it answers may be spoiled on its way back."""
        if fault is not None and "NextToken" in str(body):
            body = json.dumps({**json.loads(body), "NextToken": None}).encode()
            self.headers.replace_header("Content-Length", str(len(body)))
        connection = http.client.HTTPConnection("127.0.0.1", self.server.behind, timeout=60)
        connection.request(self.command, self.path, body, dict(self.headers))
        answer = connection.getresponse()
        data = answer.read()
        if fault is not None:
            data = self._spoil(fault, data)
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                self.send_header(name, value)
        promised = len(data)
        if fault is not None and fault.kind == "cut":
            data = data[: promised // 2]
        self.send_header("Content-Length", str(promised))
        self.end_headers()
        if fault is not None and fault.kind == "slow":
            for start in range(0, len(data), 500):
                self.wfile.write(data[start : start + 500])
                time.sleep(0.02)
        elif self.command != "HEAD":
            self.wfile.write(data)
        connection.close()
        self.close_connection = promised != len(data)

    def _refuse(self, service, call):
        """Answer what one of the proxy's sets asks for; False where none does."""
        server = self.server
        if server.throttle[call] > 0:
            server.throttle[call] -= 1
            self._error(service, 400, "ThrottlingException", "Rate exceeded")
        elif call in server.faults:
            self._error(service, 400, *server.faults[call])
        elif call in server.pages:
            self._send(*_BODIES["well-formed page"])
        elif call in server.deny:
            reason = f"User is not authorized to perform: {service}:{call}"
            self._error(service, 403 if service == "s3" else 400, "AccessDeniedException", reason)
        else:
            return False
        return True

    def _hang(self, call):
        if call in self.server.hang:
            self.server.hanging.set()
            time.sleep(120)
        return False

    def _stand_in(self, fault, service):
        """Answer in the place of AWS; False where AWS's own answer is to be spoiled."""
        if fault.kind == "error":
            self._error(service, fault.status, fault.code, fault.message)
        elif fault.kind in _BODIES:
            self._send(*_BODIES[fault.kind])
        elif fault.kind == "reset":
            # an end without waiting is a reset
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True
        elif fault.kind == "hang":
            self.server.hanging.set()
            self.server.released.wait(60)
            self.close_connection = True
        elif fault.kind == "drip":
            self._drip()
        else:
            return False
        return True

    def _drip(self):
        """Begin an answer that goes on for ever, a blank at a time: no read of it times out."""
        self.server.hanging.set()
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", "1000000")
        self.end_headers()
        self.close_connection = True
        with contextlib.suppress(OSError):
            while not self.server.released.wait(0.1):
                self.wfile.write(b" ")

    def _spoil(self, fault, data):
        """AWS's own answer, made worse."""
        if fault.kind == "truncated":
            return data[: len(data) // 2]
        number = next(self.server.numbers)
        if fault.kind == "same token":
            return json.dumps({**json.loads(data), "NextToken": "again"}).encode()
        if fault.kind == "tokens in a circle":
            return json.dumps({**json.loads(data), "NextToken": f"page-{number % 3}"}).encode()
        if fault.kind == "empty pages":
            return json.dumps({"Accounts": [], "NextToken": f"page-{number}"}).encode()
        return data

    def _list_regions(self):
        items = "".join(
            f"<item><regionName>{name}</regionName><optInStatus>{state}</optInStatus></item>"
            for name, state in self.server.regions.items()
        )
        return f"<R><regionInfo>{items}</regionInfo></R>".encode()

    def _send(self, kind, data):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    # names of the standard library
    do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = _handle  # noqa: N815

    def _which(self, body):
        scope = re.search(
            r"Credential=[^/]+/\d+/([^/]+)/([^/]+)/", self.headers["Authorization"] or ""
        )
        region, service = (scope[1], scope[2]) if scope else ("", "")
        target = self.headers.get("X-Amz-Target")
        if target:
            return service, target.rpartition(".")[2], region
        action = re.search(rb"Action=(\w+)", body)
        if action:
            return service, action[1].decode(), region
        query = self.path.partition("?")[2].split("&")[0].split("=")[0]
        return service, _S3_CALLS.get(query, f"{self.command} {query}"), region

    def _error(self, service, status, code, reason):
        if service in ("ec2", "sts", "s3"):
            kind = "text/xml"
            inner = f"<Code>{code}</Code><Message>{reason}</Message>"
            data = {
                "ec2": f"<Response><Errors><Error>{inner}</Error></Errors></Response>",
                "sts": f"<ErrorResponse><Error>{inner}</Error></ErrorResponse>",
                "s3": f"<Error>{inner}</Error>",
            }[service].encode()
        else:
            kind = "application/x-amz-json-1.1"
            data = json.dumps({"__type": code, "message": reason}).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def start_empty(server):
    """Start moto's server without what another module's organization left in this process."""
    server.start()
    connection = http.client.HTTPConnection(*server.get_host_and_port(), timeout=30)
    connection.request("POST", "/moto-api/reset")
    assert connection.getresponse().status == 200
    connection.close()


class Estate:
    """Makes an organization through the proxy's API, as its owner would."""

    def __init__(self, url):
        self.url = url
        self.root = self.session()
        self.management = self.client("sts").get_caller_identity()["Account"]

    def session(self, account=None):
        keys = {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "x"}
        if account is None or account == getattr(self, "management", None):
            return boto3.Session(**keys, region_name="us-east-1")
        role = f"arn:aws:iam::{account}:role/KmscostReader"
        secret = self.client("sts").assume_role(RoleArn=role, RoleSessionName="make")["Credentials"]
        return boto3.Session(
            secret["AccessKeyId"], secret["SecretAccessKey"], secret["SessionToken"], "us-east-1"
        )

    def client(self, service, account=None, region="us-east-1"):
        session = (
            self.root
            if account in (None, getattr(self, "management", None))
            else self.session(account)
        )
        return session.client(service, region_name=region, endpoint_url=self.url)

    def members(self, count):
        """An organization with so many further accounts; their ids, in the order of creation."""
        organizations = self.client("organizations")
        organizations.create_organization(FeatureSet="ALL")
        ids = []
        for number in range(count):
            name = f"workload-{number:02}"
            response = organizations.create_account(AccountName=name, Email=f"{name}@example.com")
            ids.append(response["CreateAccountStatus"]["AccountId"])
        return ids

    def key(self, account, region, alias=None):
        kms = self.client("kms", account, region)
        arn = kms.create_key()["KeyMetadata"]["Arn"]
        if alias:
            kms.create_alias(AliasName=f"alias/{alias}", TargetKeyId=arn)
        return arn

    def bucket(self, account, name, region, bucket_key=None):
        s3 = self.client("s3", account, region)
        where = (
            {}
            if region == "us-east-1"
            else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        )
        s3.create_bucket(Bucket=name, **where)
        if bucket_key is not None:
            rule = {
                "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"},
                "BucketKeyEnabled": bucket_key,
            }
            s3.put_bucket_encryption(
                Bucket=name, ServerSideEncryptionConfiguration={"Rules": [rule]}
            )

    def trail(self, account, region, name, bucket, key=None, selectors=None, **more):
        cloudtrail = self.client("cloudtrail", account, region)
        given = {"KmsKeyId": key} if key else {}
        arn = cloudtrail.create_trail(Name=name, S3BucketName=bucket, **given, **more)["TrailARN"]
        cloudtrail.start_logging(Name=name)
        if selectors:
            cloudtrail.put_event_selectors(TrailName=name, EventSelectors=selectors)
        return arn
