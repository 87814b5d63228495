"""Faults of a network, of proxies and of AWS, each with what `discover aws` is to say of it."""

from tests.discovery.cloud import Fault

HOME, SECOND, OPT_IN = "us-east-1", "eu-west-1", "me-south-1"
REGIONS = {
    HOME: "opt-in-not-required",
    SECOND: "opt-in-not-required",
    OPT_IN: "opted-in",
    "af-south-1": "not-opted-in",
}

SCP = (
    "User: arn:aws:sts::111122223333:assumed-role/x/y is not authorized to perform: x with an "
    "explicit deny in a service control policy"
)
EXPLICIT = "with an explicit deny in a service control policy"
SKEWED = "Signature expired: 20261128T100000Z is now earlier than 20261128T101000Z"


def error(call="", region="", *, code, **more):
    """Calls that AWS answers with an error."""
    return Fault("error", call, region, code=code, **more)


def denied(call, message="no permission", **more):
    """A call that is denied."""
    code = {"DescribeRegions": "UnauthorizedOperation"}.get(call, "AccessDeniedException")
    return error(call, code=code, message=message, status=403, **more)


def expired(**more):
    """Calls that meet credentials which have ended."""
    return error(code="ExpiredTokenException", message="The token has expired", **more)


MIDWAY = "the credentials ended midway"
PAGE = "a proxy's page"
NO_TRAILS = "no answer to cloudtrail:DescribeTrails"
THROTTLED = "throttled cloudtrail:DescribeTrails"
SERVER = "an error of AWS's own"
ENDLESS = "pages without end"
HANGS = "does not answer"
ENDLESS_ANSWER = "its answer does not end"
CLOCK = "clock is wrong"
UNREACHABLE = "no connection to"

# what fails · what is said; None where nothing is · whether there is no draft (None: as it comes)
FAULTS = {
    "expired before trails": ([expired(call="DescribeTrails")], MIDWAY, True),
    "expired midway": ([expired(call="DescribeTrails", after=5)], MIDWAY, False),
    "all expired midway": ([expired(after=20)], MIDWAY, None),
    "expired after trails": ([expired(service="kms")], MIDWAY, False),
    "a page before trails": ([Fault("page", "DescribeTrails")], PAGE, True),
    "a page in one Region": ([Fault("page", "DescribeTrails", OPT_IN)], PAGE, False),
    "pages for a status": ([Fault("page", "GetTrailStatus")], PAGE, False),
    "pages for selectors": ([Fault("page", "GetEventSelectors")], PAGE, False),
    "pages for accounts": ([Fault("page", "ListAccounts")], PAGE, False),
    "pages for a location": ([Fault("well-formed page", "GetBucketLocation")], PAGE, False),
    "pages for encryption": ([Fault("well-formed page", "GetBucketEncryption")], PAGE, False),
    "pages for Regions": ([Fault("well-formed page", "DescribeRegions")], PAGE, False),
    "pages for roles": ([Fault("well-formed page", "AssumeRole")], PAGE, False),
    "pages for rotations": ([Fault("page", "ListKeyRotations")], PAGE, False),
    "pages for all": ([Fault("page")], PAGE, True),
    "truncated trails": ([Fault("truncated", "DescribeTrails", SECOND)], NO_TRAILS, False),
    "truncated accounts": (
        [Fault("truncated", "ListAccounts")],
        "no answer to organizations:ListAccounts",
        False,
    ),
    "cut off": ([Fault("cut", "DescribeTrails", OPT_IN)], NO_TRAILS, False),
    "empty answers": ([Fault("empty", "DescribeTrails", HOME)], NO_TRAILS, False),
    "answers without fields": ([Fault("no fields", "DescribeTrails")], NO_TRAILS, True),
    "keys without fields": (
        [Fault("no fields", service="kms")],
        "no answer to kms:DescribeKey",
        False,
    ),
    "throttled once": ([error("DescribeTrails", times=1, code="ThrottlingException")], None, False),
    "throttled for ever": ([error("DescribeTrails", code="ThrottlingException")], THROTTLED, True),
    "throttled in one Region": (
        [error("DescribeTrails", OPT_IN, code="ThrottlingException")],
        THROTTLED,
        False,
    ),
    "throttled roles": (
        [error("AssumeRole", code="Throttling")],
        "throttled sts:AssumeRole",
        False,
    ),
    "closed by an SCP": ([denied("DescribeTrails", SCP, region=OPT_IN)], EXPLICIT, False),
    "closed everywhere by an SCP": ([denied("DescribeTrails", SCP)], EXPLICIT, True),
    "a Region that is not enabled": (
        [error(region=OPT_IN, code="UnrecognizedClientException")],
        "not taken here",
        False,
    ),
    "Regions denied": ([denied("DescribeRegions", SCP)], "opt-in Regions", False),
    "status denied": ([denied("GetTrailStatus")], "denied cloudtrail:GetTrailStatus", False),
    "selectors denied": (
        [denied("GetEventSelectors")],
        "denied cloudtrail:GetEventSelectors",
        False,
    ),
    "keys denied": ([denied("DescribeKey")], "denied kms:DescribeKey", False),
    "rotations denied": ([denied("ListKeyRotations")], "denied kms:ListKeyRotations", False),
    "members only": ([denied("ListAccounts")], "only the management account", False),
    "roles denied": ([denied("AssumeRole")], "trust policy", False),
    "one role denied": ([denied("AssumeRole", after=1, times=1)], "denied sts:AssumeRole", False),
    "hanging trails": ([Fault("hang", "DescribeTrails")], HANGS, True),
    "hanging in one Region": ([Fault("hang", region=OPT_IN)], HANGS, False),
    "dripping trails": ([Fault("drip", "DescribeTrails")], ENDLESS_ANSWER, True),
    "dripping in one Region": ([Fault("drip", "DescribeTrails", OPT_IN)], ENDLESS_ANSWER, False),
    "tags denied": ([denied("ListTagsForResource")], "denied organizations:ListTags", False),
    "reset": ([Fault("reset", "DescribeTrails")], UNREACHABLE, True),
    "reset in one Region": ([Fault("reset", "DescribeTrails", SECOND)], UNREACHABLE, False),
    "reset once": ([Fault("reset", "DescribeTrails", times=1)], None, False),
    "errors of AWS's own": (
        [error("DescribeTrails", code="InternalFailure", status=500)],
        SERVER,
        True,
    ),
    "503 in one Region": (
        [error("DescribeTrails", SECOND, code="ServiceUnavailable", status=503)],
        SERVER,
        False,
    ),
    "one token for ever": (
        [Fault("same token", "ListAccounts")],
        "organizations:ListAccounts",
        False,
    ),
    "tokens in a circle": ([Fault("tokens in a circle", "ListAccounts")], ENDLESS, False),
    "empty pages for ever": ([Fault("empty pages", "ListAccounts")], ENDLESS, False),
    "slow": ([Fault("slow")], None, False),
    "a wrong clock": (
        [error(service="cloudtrail", code="InvalidSignatureException", message=SKEWED)],
        CLOCK,
        True,
    ),
    "a wrong clock for S3": (
        [error(service="s3", code="RequestTimeTooSkewed", status=403)],
        CLOCK,
        False,
    ),
}
