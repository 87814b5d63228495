"""What a plan does not see: parts, errors, what is left for later, and types that nobody reads."""

import json

import pytest

from estimator import KmscostError, discover_terraform
from tests.discovery.plans import TRAIL, change, configure, instance, plan, save

KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
ARN = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/org"
LIVE = {**TRAIL, "arn": ARN, "home_region": "eu-west-1", "kms_key_id": KEY}


def act(address, *actions, **more):
    """The change of a resource, by what is done to it."""
    return {
        "address": address,
        "mode": "managed",
        "type": address.split(".")[-2],
        "change": {"actions": list(actions), "before": LIVE, **more},
    }


def questions(draft, at):
    return [todo.question for todo in draft.todo if todo.at == at]


def extent(draft, section="trails"):
    return [seen.seen for seen in draft.coverage if seen.section == section]


def test_a_plan_that_only_refreshes_is_its_state(tmp_path):
    """-refresh-only plans nothing: the trail of the state, seen whole."""
    document = plan(prior=[instance("aws_cloudtrail.org", LIVE)], complete=True)
    draft = discover_terraform(save(tmp_path, document))
    assert [trail.name for trail in draft.inventory.trails] == ["org"]
    assert extent(draft) == ["whole"]


def test_a_removed_block_lets_the_trail_live_on(tmp_path):
    """Terraform forgets it, AWS does not: drafted from what was before, and said."""
    document = plan(
        changes=[act("aws_cloudtrail.org", "forget")],
        prior=[instance("aws_cloudtrail.org", LIVE)],
    )
    draft = discover_terraform(save(tmp_path, document))
    assert [trail.name for trail in draft.inventory.trails] == ["org"]
    assert any("removed block" in question for question in questions(draft, "trails org"))


def test_an_older_plan_of_a_part_is_known_by_its_state(tmp_path):
    """Before `complete` was written: what the plan has no change for was not asked about."""
    document = plan(
        [instance("aws_s3_bucket.b", {"bucket": "b"})],
        [act("aws_s3_bucket.b", "no-op")],
        prior=[instance("aws_cloudtrail.org", LIVE), instance("aws_s3_bucket.b", {"bucket": "b"})],
    )
    draft = discover_terraform(save(tmp_path, document))
    assert [trail.name for trail in draft.inventory.trails] == ["org"]
    assert extent(draft) == ["part"]


def test_a_new_trail_that_a_plan_of_a_part_leaves_out_is_named(tmp_path):
    """It stands in the configuration alone."""
    document = plan(
        [instance("aws_s3_bucket.b", {"bucket": "b"})],
        [act("aws_s3_bucket.b", "create")],
        [configure("aws_cloudtrail", "second")],
        complete=False,
    )
    with pytest.raises(KmscostError, match=r"aws_cloudtrail\.second is configured"):
        discover_terraform(save(tmp_path, document))


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"errored": True}, "the plan ended with an error"),
        (
            {
                "deferred_changes": [
                    {
                        "reason": "instance_count_unknown",
                        "resource_change": act("aws_cloudtrail.later", "create"),
                    }
                ]
            },
            "aws_cloudtrail.later is left for a later plan (instance_count_unknown)",
        ),
    ],
)
def test_what_a_plan_did_not_reach_is_missing(tmp_path, more, words):
    """At its place in the YAML, in the notices, in the JSON."""
    document = plan(
        [instance("aws_cloudtrail.org", LIVE)], [act("aws_cloudtrail.org", "no-op")], **more
    )
    draft = discover_terraform(save(tmp_path, document))
    assert words in "\n".join(questions(draft, "trails"))
    assert f"TODO plan.json: {words}" in draft.text.partition("\ntrails:\n")[2]
    assert any(text.startswith("TODO trails: ") and words in text for text in draft.notices)
    (seen,) = [x for x in draft.to_dict()["coverage"] if x["of"] == "trails"]
    assert (seen["source"], seen["seen"]) == ("plan.json", "part")
    assert words in seen["reasons"][0]


STACK = "Resources: {T: {Type: 'AWS::CloudTrail::Trail', Properties: {TrailName: member}}}"


@pytest.mark.parametrize(
    ("kind", "values", "section", "words"),
    [
        ("awscc_cloudtrail_trail", {}, "trails", "a type that is not read"),
        ("aws_cloudformation_stack_set", {"template_body": STACK}, "trails", "trails: member"),
        (
            "aws_cloudformation_stack_set",
            {"template_url": "https://example.com/t.yaml"},
            "trails",
            "its template does not stand here",
        ),
        ("aws_controltower_landing_zone", {}, "trails", "Control Tower landing zone"),
        ("awscc_kms_key", {}, "keys", "a trail may use it"),
        ("aws_servicecatalog_provisioned_product", {}, "accounts", "Account Factory"),
    ],
)
@pytest.mark.parametrize("form", ["plan", "state"])
def test_types_that_nobody_reads_are_named(tmp_path, kind, values, section, words, form):
    """Stack sets, landing zones and awscc_* beside a trail that is read."""
    if form == "plan":
        document = plan([instance("aws_cloudtrail.org", LIVE), instance(f"{kind}.x", values)])
    else:
        listed = [("aws_cloudtrail", "org", LIVE), (kind, "x", values)]
        document = {
            "version": 4,
            "resources": [
                {"mode": "managed", "type": t, "name": n, "instances": [{"attributes": v}]}
                for t, n, v in listed
            ],
        }
    draft = discover_terraform(save(tmp_path, document))
    assert any(words in text for text in questions(draft, section))
    assert len(draft.inventory.trails) == 1


def test_a_stack_without_trails_is_nothing_to_say(tmp_path):
    """Its template stands there and makes a bucket."""
    body = json.dumps({"Resources": {"B": {"Type": "AWS::S3::Bucket"}}})
    document = plan(
        [
            instance("aws_cloudtrail.org", LIVE),
            instance("aws_cloudformation_stack.x", {"template_body": body}),
            instance("aws_cloudtrail_event_data_store.lake", {}),
        ]
    )
    assert extent(discover_terraform(save(tmp_path, document))) == ["whole"]


def test_trails_that_are_all_unread_are_an_error(tmp_path):
    """A draft of them would say that there is none."""
    document = plan([instance("awscc_cloudtrail_trail.org", {})])
    with pytest.raises(KmscostError, match="awscc_cloudtrail_trail"):
        discover_terraform(save(tmp_path, document))


def test_sensitive_values_are_said_to_stand_there(tmp_path):
    """A bucket's name that the plan marks as sensitive is in the draft, with a notice."""
    trail = {**instance("aws_cloudtrail.org", LIVE), "sensitive_values": {"s3_bucket_name": True}}
    draft = discover_terraform(save(tmp_path, plan([trail])))
    assert "example-logs" in draft.text
    assert any("marks s3_bucket_name as sensitive" in text for text in draft.notices)


def test_each_value_of_a_module_is_the_instance_of_its_key(tmp_path):
    """A module for each key: the trail of b under the key of b, through a variable."""
    inside = {"resources": [configure("aws_cloudtrail", "t", kms_key_id=["var.key"])]}
    call = {
        "expressions": {"key": {"references": ["each.value.arn", "each.value"]}},
        "for_each_expression": {"references": ["aws_kms_key.k"]},
        "module": inside,
    }
    new = {name: value for name, value in TRAIL.items() if name != "kms_key_id"}
    modules = [
        {
            "address": f'module.m["{name}"]',
            "resources": [
                instance(f'module.m["{name}"].aws_cloudtrail.t', {**new, "name": f"trail-{name}"})
            ],
        }
        for name in "ab"
    ]
    document = plan(
        [instance(f'aws_kms_key.k["{name}"]', {}, name) for name in "ab"],
        [change(f'module.m["{name}"].aws_cloudtrail.t', ["kms_key_id"]) for name in "ab"],
        [configure("aws_kms_key", "k")],
        modules,
        {"m": call},
    )
    draft = discover_terraform(save(tmp_path, document))
    assert {trail.name: trail.key for trail in draft.inventory.trails} == {
        "trail-a": 'aws_kms_key.k["a"]',
        "trail-b": 'aws_kms_key.k["b"]',
    }


def test_providers_with_roles_of_their_own_are_not_one_account(tmp_path):
    """Only blocks that say the same of credentials share what is known."""
    role = {"role_arn": {"constant_value": "arn:aws:iam::222222222222:role/x"}}
    providers = {
        "aws": {"name": "aws", "expressions": {"region": {"constant_value": "eu-west-1"}}},
        "aws.logs": {
            "name": "aws",
            "expressions": {"assume_role": [{"role_arn": {"references": ["var.role"]}}]},
        },
        "aws.other": {"name": "aws", "expressions": {"assume_role": [role]}},
    }
    new = {name: value for name, value in TRAIL.items() if name != "kms_key_id"}
    document = plan(
        [
            instance("aws_cloudtrail.a", {**new, "name": "a", "is_organization_trail": False}),
            instance("aws_cloudtrail.b", {**new, "name": "b", "is_organization_trail": False}),
        ],
        [],
        [
            configure("aws_cloudtrail", "a", "aws.logs"),
            configure("aws_cloudtrail", "b", "aws.other"),
            configure("aws_caller_identity", "me", mode="data"),
        ],
        providers=providers,
        prior=[
            instance("data.aws_caller_identity.me", {"account_id": "111122223333"}, mode="data")
        ],
    )
    draft = discover_terraform(save(tmp_path, document))
    found = {trail.name: trail.account for trail in draft.inventory.trails}
    assert found == {"a": "000000000000", "b": "222222222222"}


def test_a_key_of_elsewhere_is_not_the_only_one_here(tmp_path):
    """A key out of another state: the key of this plan is none of it."""
    new = {name: value for name, value in TRAIL.items() if name != "kms_key_id"}
    document = plan(
        [instance("aws_cloudtrail.org", new), instance("aws_kms_key.other", {})],
        [change("aws_cloudtrail.org", ["kms_key_id"])],
        [
            configure(
                "aws_cloudtrail", "org", kms_key_id=["data.terraform_remote_state.x.outputs.key"]
            ),
            configure("aws_kms_key", "other"),
        ],
    )
    draft = discover_terraform(save(tmp_path, document))
    assert [key.id for key in draft.inventory.keys] == ["key-of-org"]


def test_a_log_around_a_broken_plan_is_refused(tmp_path):
    """A document that begins and does not end is never a part of the estate."""
    path = tmp_path / "plan.json"
    whole = json.dumps(plan([instance("aws_cloudtrail.org", LIVE)]))
    path.write_text(f"log\n{whole}\n{whole[:200]}", encoding="utf-8")
    with pytest.raises(KmscostError, match="ends too early"):
        discover_terraform(path)


REPLICA = KEY.replace("eu-west-1", "us-east-1")


def test_a_replica_rotates_with_its_primary(tmp_path):
    """The trail is under the replica: the primary's period is its own, and the primary costs."""
    primary = {"arn": KEY, "enable_key_rotation": True, "rotation_period_in_days": 180}
    replica = {"arn": REPLICA, "primary_key_arn": KEY, "key_rotation_enabled": True}
    resources = [
        instance("aws_kms_replica_key.r", replica),
        instance("aws_kms_key.p", primary),
        instance("aws_cloudtrail.org", {**LIVE, "kms_key_id": REPLICA}),
    ]
    draft = discover_terraform(save(tmp_path, plan(resources)))
    (key,) = draft.inventory.keys
    (question,) = questions(draft, f"keys {key.id}: rotations")
    assert key.arn == REPLICA
    assert question.startswith("rotates every 180 days")
    assert "those that belong to it in eu-west-1 cost a key price each" in draft.text
    assert not any("that no trail uses" in notice for notice in draft.notices)
    # without its primary the state of the replica says that it rotates, and not when
    alone = discover_terraform(save(tmp_path, plan([resources[0], resources[2]])))
    (question,) = questions(alone, f"keys {key.id}: rotations")
    assert question.startswith("past rotations add up to two key prices")


@pytest.mark.parametrize("unknown", ["aws_kms_replica_key.r", "aws_kms_key.r"])
def test_rotation_that_the_plan_does_not_tell_is_asked_for(tmp_path, unknown):
    """A new replica of a primary of another state, and a key whose setting is not known yet."""
    own = {"primary_key_arn": KEY} if "replica" in unknown else {}
    document = plan(
        [
            instance(unknown, own),
            instance(
                "aws_cloudtrail.org", {name: LIVE[name] for name in LIVE if name != "kms_key_id"}
            ),
        ],
        [
            change(unknown, ["arn", "enable_key_rotation", "key_rotation_enabled"]),
            change("aws_cloudtrail.org", ["kms_key_id"]),
        ],
        [
            configure("aws_cloudtrail", "org", kms_key_id=[f"{unknown}.arn", unknown]),
            configure(unknown.split(".")[0], "r"),
        ],
    )
    draft = discover_terraform(save(tmp_path, document))
    (question,) = questions(draft, f"keys {unknown}: rotations")
    asked = "its primary key, which is not described here" if own else "enable_key_rotation: "
    assert question.startswith(asked)


@pytest.mark.parametrize("name", ["kms_key_id", "is_organization_trail", "event_selector"])
def test_whatever_is_sensitive_is_named_where_it_is_read(tmp_path, name):
    """Its value, or what follows from it, stands in the draft."""
    selector = [{"include_management_events": True, "read_write_type": "All"}]
    values = {**LIVE, "kms_key_id": KEY, "is_organization_trail": True, "event_selector": selector}
    trail = instance("aws_cloudtrail.org", values)
    trail["sensitive_values"] = {name: [{"read_write_type": True}] if "sel" in name else True}
    draft = discover_terraform(save(tmp_path, plan([trail])))
    assert any(f"marks {name} as sensitive" in notice for notice in draft.notices)


@pytest.mark.parametrize(
    ("unknown", "is_open"),
    [
        ({"event_selector": [{"exclude_management_event_sources": True}]}, True),
        ({"event_selector": [{"exclude_management_event_sources": [True]}]}, True),
        ({"event_selector": [{"read_write_type": True}]}, True),
        ({"event_selector": [{}, {"include_management_events": True}]}, True),
        # the buckets of data events
        ({"event_selector": [{"data_resource": [{"values": [True]}]}]}, False),
        ({"advanced_event_selector": [{"field_selector": True}]}, True),
        ({"advanced_event_selector": [{"field_selector": [{"equals": True}]}]}, False),
    ],
)
def test_a_part_of_the_selectors_that_the_plan_does_not_know(tmp_path, unknown, is_open):
    """Whether copies of KMS events are paid depends on it: a question, never "not excluded"."""
    selector = {"include_management_events": True, "read_write_type": "All"}
    changed = change("aws_cloudtrail.org", [])
    changed["change"]["after_unknown"] = unknown
    trail = instance("aws_cloudtrail.org", {**LIVE, "event_selector": [selector]})
    draft = discover_terraform(save(tmp_path, plan([trail], [changed])))
    asked = questions(draft, "trails org: exclude_kms_events")
    assert asked == (["event selectors: known only after apply"] if is_open else [])


def test_members_without_an_id_are_counted(tmp_path):
    """Each is an account whose files are missing: a TODO with their number."""
    accounts = [{"id": "111122223333"}, {"id": 222222222222}, {"name": "new"}]
    organization = instance("aws_organizations_organization.o", {"accounts": accounts})
    trail = instance("aws_cloudtrail.org", LIVE)
    draft = discover_terraform(save(tmp_path, plan([trail, organization])))
    assert any(
        "2 accounts without an id of 12 digits" in each for each in questions(draft, "accounts")
    )
    assert extent(draft, "accounts") == ["part"]


def deposed(address, values, key="1a2b3c4d"):
    """A former object of an address, as a state has it."""
    return {**instance(address, values), "deposed_key": key}


OLD = {**LIVE, "name": "old", "arn": ARN.replace("trail/org", "trail/old")}


def test_a_deposed_trail_that_a_plan_destroys_is_named(tmp_path):
    """A replacement failed midway: the plan destroys the former trail, and keeps the new one.

    What the plan does not know of the new one's key stays open: the former one's change says
    nothing of it. An open key is a TODO and a key of its own, never SSE-S3.
    """
    new = {name: value for name, value in LIVE.items() if name != "kms_key_id"}
    end = {**act("aws_cloudtrail.org", "delete", before=OLD, after_unknown={})}
    document = plan(
        [instance("aws_cloudtrail.org", new)],
        [change("aws_cloudtrail.org", ["kms_key_id"]), {**end, "deposed": "1a2b3c4d"}],
        prior=[instance("aws_cloudtrail.org", LIVE), deposed("aws_cloudtrail.org", OLD)],
        complete=True,
    )
    draft = discover_terraform(save(tmp_path, document))
    assert [trail.name for trail in draft.inventory.trails] == ["org"]
    address = "plan.json: aws_cloudtrail.org (deposed object 1a2b3c4d)"
    assert any(f"{address}: the plan destroys trail 'old'" in each for each in draft.notices)
    assert draft.inventory.trails[0].key is not None
    assert any("which key" in question for question in questions(draft, "trails org: key"))


@pytest.mark.parametrize("form", ["show", "file", "plan of a part"])
def test_a_deposed_trail_of_a_state_goes_on(tmp_path, form):
    """AWS has both until Terraform destroys the former one: both are drafted, and it is said."""
    both = [instance("aws_cloudtrail.org", LIVE), deposed("aws_cloudtrail.org", OLD)]
    document = {"format_version": "1.0", "values": {"root_module": {"resources": both}}}
    if form == "file":
        instances = [{"attributes": LIVE}, {"attributes": OLD, "deposed": "1a2b3c4d"}]
        trail = {"mode": "managed", "type": "aws_cloudtrail", "name": "org"}
        document = {"version": 4, "resources": [{**trail, "instances": instances}]}
    elif form == "plan of a part":
        document = plan(both[:1], [act("aws_cloudtrail.org", "no-op")], prior=both, complete=False)
    draft = discover_terraform(save(tmp_path, document))
    assert [trail.name for trail in draft.inventory.trails] == ["old", "org"]
    assert any("deposed object" in question for question in questions(draft, "trails old"))
    assert not any("deposed" in question for question in questions(draft, "trails org"))


@pytest.mark.parametrize(
    "kind",
    [
        "aws_kms_key",
        "aws_kms_external_key",
        "aws_kms_replica_key",
        "aws_kms_replica_external_key",
        "aws_s3_bucket",
    ],
)
def test_a_trail_whose_key_or_bucket_is_destroyed_writes_nothing(tmp_path, kind):
    """The plan keeps the trail and destroys what it writes with: 0 files, with a TODO."""
    gone = {"arn": KEY} if kind != "aws_s3_bucket" else {"bucket": "example-logs"}
    document = plan(
        [instance("aws_cloudtrail.org", LIVE)],
        [act("aws_cloudtrail.org", "no-op"), act(f"{kind}.gone", "delete", before=gone)],
        prior=[instance("aws_cloudtrail.org", LIVE), instance(f"{kind}.gone", gone)],
        complete=True,
    )
    draft = discover_terraform(save(tmp_path, document))
    assert draft.inventory.trails[0].files_per_day.other.mid == 0
    assert questions(draft, "trails org: files_per_day")
    named = [each for each in draft.notices if f"{kind}.gone: the plan destroys it" in each]
    assert len(named) == (kind != "aws_s3_bucket")


def test_an_account_that_a_plan_destroys_is_named(tmp_path):
    """It leaves the organization, so the trail of that no longer covers it."""
    gone = {"id": "222222222222", "name": "prod"}
    account = "aws_organizations_account.prod"
    document = plan(
        [instance("aws_cloudtrail.org", LIVE)],
        [act("aws_cloudtrail.org", "no-op"), act(account, "delete", before=gone)],
        prior=[instance("aws_cloudtrail.org", LIVE), instance(account, gone)],
        complete=True,
    )
    draft = discover_terraform(save(tmp_path, document))
    assert [each.id for each in draft.inventory.accounts] == ["111122223333"]
    assert any(f"{account}: the plan destroys account 'prod'" in each for each in draft.notices)


def test_planned_values_alone_leave_open_what_they_lack(tmp_path):
    """Terraform writes null for no key, and leaves out what is known after apply.

    Without the changes (a plan that `jq` cut) an attribute that is missing is a question: the key
    may be new, and its Bucket Key and the organization's scope too.
    """
    cut = {name: each for name, each in TRAIL.items() if not name.startswith(("kms_", "is_org"))}
    resources = [instance("aws_cloudtrail.t", cut)]
    document = {
        "format_version": "1.2",
        "planned_values": {"root_module": {"resources": resources}},
    }
    draft = discover_terraform(save(tmp_path, document))
    assert draft.inventory.trails[0].key is not None
    for name in ("key", "scope"):
        assert ["this file does not say it" in q for q in questions(draft, f"trails org: {name}")]
    resources[0]["values"] = TRAIL
    draft = discover_terraform(save(tmp_path, document))
    assert draft.inventory.trails[0].key is None
    assert not questions(draft, "trails org: key")


def test_a_state_of_flat_attributes_is_read(tmp_path):
    """As Terraform 0.11 kept them, in a state that a later one has not refreshed.

    They have the key and an empty list of selectors; of the advanced ones nothing is said.
    """
    flat = {"arn": ARN, "name": "org", "kms_key_id": KEY, "is_multi_region_trail": "true"}
    flat |= {"is_organization_trail": "true", "event_selector.#": "0"}
    trail = {"mode": "managed", "type": "aws_cloudtrail", "name": "org"}
    for more, asked in (({}, True), ({"advanced_event_selector.#": "0"}, False)):
        instances = [{"attributes_flat": {**flat, **more}}]
        document = {"version": 4, "resources": [{**trail, "instances": instances}]}
        draft = discover_terraform(save(tmp_path, document))
        (found,) = draft.inventory.trails
        assert (found.scope, found.regions, found.home_region) == (
            "organization",
            None,
            "eu-west-1",
        )
        assert [key.arn for key in draft.inventory.keys] == [KEY]
        assert bool(questions(draft, "trails org: exclude_kms_events")) is asked


def test_a_state_without_attributes_leaves_all_open(tmp_path):
    """The instance is there: what it is like nobody knows, and SSE-S3 is no guess."""
    trail = {"mode": "managed", "type": "aws_cloudtrail", "name": "org", "instances": [{}]}
    draft = discover_terraform(save(tmp_path, {"version": 4, "resources": [trail]}))
    assert draft.inventory.trails[0].key is not None


@pytest.mark.parametrize("organization", [True, False])
def test_a_delegated_administrator_owns_no_organization_trail(tmp_path, organization):
    """The provider works in 222222222222: the trail that it makes is the management account's.

    CloudTrail guide, delegated administrators: the management account stays its owner (F7).
    """
    trail = {**TRAIL, "is_organization_trail": organization}
    owner = {"master_account_id": "111122223333", "accounts": []}
    allowed = {"allowed_account_ids": {"constant_value": ["222222222222"]}}
    document = plan(
        [instance("aws_cloudtrail.t", trail)],
        [change("aws_cloudtrail.t", ["arn", "home_region"])],
        [configure("aws_cloudtrail", "t")],
        providers={"aws": {"name": "aws", "expressions": allowed}},
        prior=[instance("data.aws_organizations_organization.o", owner, mode="data")],
    )
    (found,) = discover_terraform(save(tmp_path, document)).inventory.trails
    assert found.account == ("111122223333" if organization else "222222222222")
