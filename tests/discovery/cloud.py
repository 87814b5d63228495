"""AWS's API on this machine: moto's server, and a proxy before it that denies and throttles.

The proxy speaks HTTP on both sides, so the retries, signatures and pages of botocore are real.
"""

import http.client
import json
import re
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.extras import needed

boto3 = needed("boto3")

_S3_CALLS = {"location": "GetBucketLocation", "encryption": "GetBucketEncryption"}


class Proxy(ThreadingHTTPServer):
    """Passes requests on to moto; `deny` and `throttle` say which it answers itself."""

    daemon_threads = True

    def __init__(self, port):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.behind = port
        self.calls = Counter()
        self.deny = set()
        # calls that fail with a code and a message of their own, and those a web page answers
        self.faults = {}
        self.pages = set()
        self.throttle = Counter()
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
        service, call = self._which(body)
        server = self.server
        if not server.quiet:
            server.calls[f"{service}:{call}"] += 1
        if server.throttle[call] > 0 and not server.quiet:
            server.throttle[call] -= 1
            self._error(service, 400, "ThrottlingException", "Rate exceeded")
            return
        if call in server.faults and not server.quiet:
            self._error(service, 400, *server.faults[call])
            return
        if call in server.pages and not server.quiet:
            page = b"<html><body>Please log in to the proxy</body></html>"
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)
            return
        if call in server.deny and not server.quiet:
            reason = f"User is not authorized to perform: {service}:{call}"
            self._error(service, 403 if service == "s3" else 400, "AccessDeniedException", reason)
            return
        if call in server.hang:
            server.hanging.set()
            time.sleep(120)
        connection = http.client.HTTPConnection("127.0.0.1", server.behind, timeout=60)
        connection.request(self.command, self.path, body, dict(self.headers))
        answer = connection.getresponse()
        data = answer.read()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)
        connection.close()

    # names of the standard library
    do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = _handle  # noqa: N815

    def _which(self, body):
        scope = re.search(
            r"Credential=[^/]+/\d+/[^/]+/([^/]+)/", self.headers["Authorization"] or ""
        )
        service = scope[1] if scope else ""
        target = self.headers.get("X-Amz-Target")
        if target:
            return service, target.rpartition(".")[2]
        action = re.search(rb"Action=(\w+)", body)
        if action:
            return service, action[1].decode()
        query = self.path.partition("?")[2].split("&")[0].split("=")[0]
        return service, _S3_CALLS.get(query, f"{self.command} {query}")

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
