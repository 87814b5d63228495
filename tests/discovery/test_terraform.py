"""`discover terraform`: what plans and states say, and what they leave open."""

import json

import pytest

from estimator import KmscostError, discover_terraform, load_inventory
from tests.discovery.plans import TRAIL, change, configure, instance, plan, save

KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
EU = {"aws": {"name": "aws", "expressions": {"region": {"constant_value": "eu-west-1"}}}}


def unknown_key(**attributes):
    """The values of a trail whose key is known only after apply."""
    return {name: value for name, value in {**TRAIL, **attributes}.items() if name != "kms_key_id"}


def only_trail(draft):
    (trail,) = draft.inventory.trails
    return trail


def key_of(draft, trail=None):
    return draft.inventory.key((trail or only_trail(draft)).key)


def todo_at(draft, part):
    return [todo.question for todo in draft.todo if part in todo.at]


def test_a_key_of_the_same_plan_is_found_through_the_reference(tmp_path):
    """A trail under a key that the plan makes: the key by its address, in the provider's Region."""
    path = save(
        tmp_path,
        plan(
            [instance("aws_cloudtrail.org", unknown_key()), instance("aws_kms_key.logs", {})],
            [
                change("aws_cloudtrail.org", ["kms_key_id", "arn", "home_region"]),
                change("aws_kms_key.logs", ["arn", "id"]),
            ],
            [
                configure(
                    "aws_cloudtrail", "org", kms_key_id=["aws_kms_key.logs.arn", "aws_kms_key.logs"]
                ),
                configure("aws_kms_key", "logs"),
            ],
            providers=EU,
        ),
    )
    draft = discover_terraform(path)
    assert (key_of(draft).id, key_of(draft).region) == ("aws_kms_key.logs", "eu-west-1")
    trail = only_trail(draft)
    assert (trail.name, trail.scope, trail.regions, trail.home_region) == (
        "org",
        "organization",
        None,
        "eu-west-1",
    )
    assert trail.log_file_validation
    # the account is in no part of this plan: a placeholder, a TODO and a notice say so
    assert trail.account == "000000000000"
    assert todo_at(draft, "trails org: account")
    assert any("the account of the provider is not known" in notice for notice in draft.notices)


def test_an_alias_and_a_module_stand_between_trail_and_key(tmp_path):
    """The key comes in through a variable of a module, out of another module, over an alias."""
    kms = {
        "resources": [
            configure("aws_kms_key", "this"),
            configure(
                "aws_kms_alias",
                "this",
                target_key_id=["aws_kms_key.this.key_id", "aws_kms_key.this"],
            ),
        ],
        "outputs": {
            "alias_arn": {
                "expression": {"references": ["aws_kms_alias.this.arn", "aws_kms_alias.this"]}
            }
        },
    }
    trail = {
        "resources": [configure("aws_cloudtrail", "this", kms_key_id=["var.key"])],
        "variables": {"key": {}},
    }
    calls = {
        "kms": {"module": kms},
        "trail": {
            "expressions": {"key": {"references": ["module.kms.alias_arn", "module.kms"]}},
            "module": trail,
        },
    }
    modules = [
        {
            "address": "module.kms",
            "resources": [
                instance("module.kms.aws_kms_key.this", {}),
                instance("module.kms.aws_kms_alias.this", {"name": "alias/cloudtrail"}),
            ],
        },
        {
            "address": "module.trail",
            "resources": [instance("module.trail.aws_cloudtrail.this", unknown_key())],
        },
    ]
    changes = [
        change("module.trail.aws_cloudtrail.this", ["kms_key_id", "arn"]),
        change("module.kms.aws_kms_alias.this", ["arn", "target_key_arn", "target_key_id"]),
        change("module.kms.aws_kms_key.this", ["arn"]),
    ]
    path = save(tmp_path, plan([], changes, [], modules, calls, EU))
    assert key_of(discover_terraform(path)).id == "cloudtrail"


@pytest.mark.parametrize(("region", "is_it"), [("eu-west-1", True), ("us-east-1", False)])
def test_an_alias_that_is_written_out_is_the_one_that_the_plan_makes(tmp_path, region, is_it):
    """One key, which rotates every 90 days, in the account of the ARN.

    An alias of another Region is another key, whose rotations are open.
    """
    path = save(
        tmp_path,
        plan(
            [
                instance(
                    "aws_cloudtrail.org",
                    {**TRAIL, "kms_key_id": f"arn:aws:kms:{region}:111122223333:alias/logs"},
                ),
                instance(
                    "aws_kms_key.logs",
                    {"enable_key_rotation": True, "rotation_period_in_days": 90},
                ),
                # two aliases: neither hides the other
                instance("aws_kms_alias.a", {"name": "alias/a"}),
                instance("aws_kms_alias.logs", {"name": "alias/logs"}),
            ],
            [change("aws_kms_key.logs", ["arn"])],
            [
                configure("aws_cloudtrail", "org"),
                configure("aws_kms_key", "logs"),
                configure("aws_kms_alias", "a", target_key_id=["aws_kms_key.logs.id"]),
                configure("aws_kms_alias", "logs", target_key_id=["aws_kms_key.logs.id"]),
            ],
            providers=EU,
        ),
    )
    draft = discover_terraform(path)
    key = key_of(draft)
    assert (key.account, key.region) == ("111122223333", region)
    (rotation,) = todo_at(draft, f"keys {key.id}: rotations")
    if is_it:
        assert "rotates every 90 days" in rotation
        assert not any("no trail uses" in notice for notice in draft.notices)
    else:
        assert "whether it rotates, or did, is not known" in rotation
        assert any("1 key that no trail uses was left out" in notice for notice in draft.notices)


@pytest.mark.parametrize(
    ("rule", "unknown", "is_open"),
    [
        (None, True, True),
        ([], [True], True),
        ([{"bucket_key_enabled": None}], [{"bucket_key_enabled": True}], True),
        ([{"bucket_key_enabled": None}], [{}], False),
        # which key the bucket has by default says nothing of the Bucket Key
        (
            [{"bucket_key_enabled": True}],
            [{"apply_server_side_encryption_by_default": [{"kms_master_key_id": True}]}],
            False,
        ),
    ],
)
@pytest.mark.parametrize("inline", [False, True])
def test_a_buckets_encryption_that_the_plan_leaves_open(tmp_path, rule, unknown, is_open, inline):
    """Rules that are known after apply, whole or in part, are a question and no missing key."""
    block = "server_side_encryption_configuration"
    resource = "aws_s3_bucket.logs" if inline else f"aws_s3_bucket_{block}.logs"
    values = {block: [{"rule": rule}]} if inline else {"rule": rule}
    marks = {block: [{"rule": unknown}]} if inline else {"rule": unknown}
    path = save(
        tmp_path,
        plan(
            [
                instance("aws_cloudtrail.org", {**TRAIL, "kms_key_id": KEY}),
                instance(resource, {"bucket": TRAIL["s3_bucket_name"], **values}),
            ],
            [{**change(resource, []), "change": {"actions": ["create"], "after_unknown": marks}}],
        ),
    )
    draft = discover_terraform(path)
    assert bool(todo_at(draft, "bucket.bucket_key")) == is_open
    on = bool(rule and rule[0]["bucket_key_enabled"])
    assert only_trail(draft).bucket.bucket_key == on


@pytest.mark.parametrize(("alias", "is_it"), [("logs", True), ("twice", False), ("other", False)])
def test_an_alias_that_a_trail_names_alone_is_the_one_that_the_plan_makes(tmp_path, alias, is_it):
    """The key of alias/logs, which rotates every 90 days; neither account nor ARN is known yet.

    Of two keys with one alias it is neither, nor is it a key whose ARN says that it is elsewhere.
    """
    elsewhere = "arn:aws:kms:us-west-2:999999999999:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    rotates = {"enable_key_rotation": True, "rotation_period_in_days": 90}
    aliases = {"a": "logs", "b": "twice", "c": "twice"}
    keys = {"a": "logs", "b": "logs", "c": "second"}
    path = save(
        tmp_path,
        plan(
            [
                instance("aws_cloudtrail.org", {**TRAIL, "kms_key_id": f"alias/{alias}"}),
                *(instance(f"aws_kms_key.{key}", rotates) for key in ("logs", "second")),
                *(
                    instance(f"aws_kms_alias.{name}", {"name": f"alias/{written}"})
                    for name, written in aliases.items()
                ),
                instance("aws_kms_alias.d", {"name": "alias/other", "target_key_id": elsewhere}),
            ],
            [change(f"aws_kms_key.{key}", ["arn"]) for key in ("logs", "second")],
            [
                configure("aws_cloudtrail", "org"),
                *(configure("aws_kms_key", key) for key in ("logs", "second")),
                *(
                    configure("aws_kms_alias", name, target_key_id=[f"aws_kms_key.{key}.id"])
                    for name, key in keys.items()
                ),
                configure("aws_kms_alias", "d"),
            ],
            providers=EU,
        ),
    )
    draft = discover_terraform(path)
    key = key_of(draft)
    if is_it:
        assert (key.id, key.region) == ("logs", "eu-west-1")
        assert "rotates every 90 days" in todo_at(draft, f"keys {key.id}: rotations")[0]
    else:
        assert key.id == "key-of-org"
        assert any(f"alias/{alias} is not described" in todo.question for todo in draft.todo)


def test_count_and_for_each_pair_trails_with_keys_of_the_same_index(tmp_path):
    """Two trails and two keys by for_each: each trail gets the key of its own index."""
    resources = [
        *(instance(f'aws_kms_key.k["{r}"]', {"region": r}, r) for r in ("eu-west-1", "us-east-1")),
        *(
            instance(f'aws_cloudtrail.t["{r}"]', unknown_key(name=f"t-{r}", region=r), r)
            for r in ("eu-west-1", "us-east-1")
        ),
    ]
    changes = [change(resource["address"], ["arn", "kms_key_id"]) for resource in resources]
    config = [
        configure("aws_kms_key", "k"),
        configure("aws_cloudtrail", "t", kms_key_id=["aws_kms_key.k", "each.key"]),
    ]
    draft = discover_terraform(save(tmp_path, plan(resources, changes, config)))
    found = {trail.name: key_of(draft, trail).region for trail in draft.inventory.trails}
    assert found == {"t-eu-west-1": "eu-west-1", "t-us-east-1": "us-east-1"}


def test_a_key_that_nothing_in_the_plan_names_is_a_question_never_sse_s3(tmp_path):
    """The key is known only after apply: the trail has one, and a placeholder asks for it."""
    resources = [instance("aws_cloudtrail.org", unknown_key())]
    changes = [change("aws_cloudtrail.org", ["kms_key_id", "arn"])]
    config = [configure("aws_cloudtrail", "org", kms_key_id=["local.key_arn"])]
    draft = discover_terraform(save(tmp_path, plan(resources, changes, config, providers=EU)))
    assert only_trail(draft).key == "key-of-org"
    assert todo_at(draft, "trails org: key") == ["which key: known only after apply"]
    assert todo_at(draft, "keys key-of-org: id")


def test_a_plan_that_knows_an_arn_needs_no_todo_for_it(tmp_path):
    """A key ARN tells its account and Region; the provider's role tells the trail's account."""
    role = {"constant_value": "arn:aws:iam::111122223333:role/deploy"}
    providers = {
        "aws": {
            "name": "aws",
            "expressions": {
                "region": {"references": ["var.region"]},
                "assume_role": [{"role_arn": role}],
            },
        }
    }
    document = plan(
        [instance("aws_cloudtrail.org", {**TRAIL, "kms_key_id": KEY})],
        [change("aws_cloudtrail.org", ["arn", "home_region"])],
        [configure("aws_cloudtrail", "org", kms_key_id=KEY)],
        providers=providers,
        variables={"region": {"value": "eu-west-1"}},
    )
    draft = discover_terraform(save(tmp_path, document))
    assert (only_trail(draft).account, only_trail(draft).home_region) == (
        "111122223333",
        "eu-west-1",
    )
    assert (key_of(draft).arn, key_of(draft).account) == (KEY, "111122223333")
    assert draft.inventory.payer == "111122223333"  # it owns the organization trail
    assert not todo_at(draft, "trails org: account")
    assert not todo_at(draft, "payer")


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ({"event_selector": []}, False),
        ({"event_selector": [{"exclude_management_event_sources": ["kms.amazonaws.com"]}]}, True),
        ({"event_selector": [{"include_management_events": False}]}, True),
        ({"event_selector": [{"read_write_type": "WriteOnly"}]}, True),
        (
            {
                "advanced_event_selector": [
                    {
                        "field_selector": [
                            {"field": "eventCategory", "equals": ["Management"]},
                            {"field": "eventSource", "not_equals": ["kms.amazonaws.com"]},
                        ]
                    }
                ]
            },
            True,
        ),
        (
            {
                "advanced_event_selector": [
                    {
                        "field_selector": [
                            {"field": "eventCategory", "equals": ["Management"], "not_equals": []},
                            {"field": "readOnly", "equals": ["true"]},
                        ]
                    }
                ]
            },
            False,
        ),
        (
            {
                "advanced_event_selector": [
                    {"field_selector": [{"field": "eventCategory", "equals": ["Data"]}]}
                ]
            },
            True,
        ),
    ],
)
def test_event_selectors_decide_whether_kms_events_are_recorded(tmp_path, block, expected):
    """Basic and advanced selectors: exclude_kms_events of the draft (F17)."""
    document = plan([instance("aws_cloudtrail.org", {**TRAIL, **block})])
    assert only_trail(discover_terraform(save(tmp_path, document))).exclude_kms_events is expected


@pytest.mark.parametrize("where", ["resource", "inline"])
def test_the_bucket_key_is_read_from_the_resource_and_from_the_old_block(tmp_path, where):
    """Both ways of writing a bucket's encryption; SSE-KMS with a Bucket Key."""
    rule = {
        "bucket_key_enabled": True,
        "apply_server_side_encryption_by_default": [{"sse_algorithm": "aws:kms"}],
    }
    bucket = {"bucket": "example-logs", "region": "eu-west-1"}
    encryption = "aws_s3_bucket_server_side_encryption_configuration"
    if where == "inline":
        bucket["server_side_encryption_configuration"] = [{"rule": [rule]}]
        more = []
    else:
        more = [instance(f"{encryption}.logs", {"bucket": "example-logs", "rule": [rule]})]
    document = plan(
        [
            instance("aws_cloudtrail.org", {**TRAIL, "kms_key_id": KEY}),
            instance("aws_s3_bucket.logs", bucket),
            *more,
        ]
    )
    found = only_trail(discover_terraform(save(tmp_path, document))).bucket
    assert (found.name, found.region, found.bucket_key) == ("example-logs", "eu-west-1", True)


@pytest.mark.parametrize(
    ("algorithm", "asks"), [("aws:kms:dsse", False), ("AES256", True), ("aws:kms", False)]
)
def test_a_bucket_key_that_may_not_work_is_not_counted(tmp_path, algorithm, asks):
    """DSSE-KMS uses no Bucket Key (F11); with SSE-S3 as default AWS does not say: a question."""
    default = [{"sse_algorithm": algorithm}]
    rule = {"bucket_key_enabled": True, "apply_server_side_encryption_by_default": default}
    block = {"bucket": "example-logs", "server_side_encryption_configuration": [{"rule": [rule]}]}
    document = plan(
        [
            instance("aws_cloudtrail.org", {**TRAIL, "kms_key_id": KEY}),
            instance("aws_s3_bucket.logs", block),
        ]
    )
    draft = discover_terraform(save(tmp_path, document))
    assert only_trail(draft).bucket.bucket_key is (algorithm == "aws:kms")
    assert bool(todo_at(draft, "bucket_key")) is asks


def test_a_trail_without_a_key_is_listed_as_causing_no_requests(tmp_path):
    """SSE-S3: `key: null`, said in words."""
    draft = discover_terraform(save(tmp_path, plan([instance("aws_cloudtrail.org", TRAIL)])))
    assert only_trail(draft).key is None
    assert "SSE-S3, which causes no KMS requests" in draft.text
    assert "1 trail with SSE-S3 cause no KMS requests" in draft.inventory.summary()


def test_a_trail_that_does_not_log_writes_no_files(tmp_path):
    """enable_logging = false: no log files and no digests."""
    document = plan([instance("aws_cloudtrail.org", {**TRAIL, "enable_logging": False})])
    trail = only_trail(discover_terraform(save(tmp_path, document)))
    assert trail.files_per_day.other.mid == 0
    assert not trail.log_file_validation


def test_organization_accounts_and_who_pays(tmp_path):
    """aws_organizations_organization lists the members, active ones only, and the payer."""
    accounts = [
        {"id": "111122223333", "name": "management", "status": "ACTIVE"},
        {"id": "222222222222", "name": "prod", "status": "ACTIVE"},
        {"id": "333333333333", "name": "gone", "status": "SUSPENDED"},
    ]
    values = {"master_account_id": "111122223333", "accounts": accounts}
    document = plan(
        [
            instance(
                "aws_cloudtrail.org",
                {**TRAIL, "arn": "arn:aws:cloudtrail:us-east-1:111122223333:trail/org"},
            )
        ],
        prior=[instance("data.aws_organizations_organization.this", values, mode="data")],
    )
    draft = discover_terraform(save(tmp_path, document))
    names = {account.id: account.name for account in draft.inventory.accounts}
    assert names == {"111122223333": "management", "222222222222": "prod"}
    assert draft.inventory.payer == "111122223333"
    assert not any("may not be all" in notice for notice in draft.notices)


def test_a_new_account_has_no_id_yet(tmp_path):
    """An account that the plan creates is a notice: its id is not made up."""
    document = plan(
        [
            instance("aws_cloudtrail.org", TRAIL),
            instance("aws_organizations_account.new", {"name": "new"}),
        ],
        [change("aws_organizations_account.new", ["id"])],
    )
    draft = discover_terraform(save(tmp_path, document))
    assert any(
        "aws_organizations_account.new" in notice and "TODO" in notice for notice in draft.notices
    )


def state(*resources):
    return {"version": 4, "terraform_version": "1.9.5", "serial": 1, "resources": list(resources)}


def test_state_files_and_shown_states_say_the_same(tmp_path):
    """The same trail in a state file (version 4, with count) and in `terraform show -json`."""
    arn = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/org"
    values = {**TRAIL, "arn": arn, "home_region": "eu-west-1", "kms_key_id": KEY}
    resource = {
        "module": "module.trail",
        "mode": "managed",
        "type": "aws_cloudtrail",
        "name": "this",
        "provider": 'provider["registry.opentofu.org/hashicorp/aws"]',
        "instances": [{"index_key": 0, "attributes": values}],
    }
    shown = {
        "format_version": "1.0",
        "values": {
            "root_module": {
                "child_modules": [
                    {
                        "address": "module.trail",
                        "resources": [instance("module.trail.aws_cloudtrail.this[0]", values, 0)],
                    }
                ]
            }
        },
    }
    draft = discover_terraform(save(tmp_path, state(resource), "s.json"))
    other = discover_terraform(save(tmp_path, shown, "s.json"))
    assert draft.text == other.text
    assert "module.trail.aws_cloudtrail.this[0]" in draft.text


def test_govcloud_stays_in_its_partition(tmp_path):
    """A GovCloud trail: accounts with GovCloud's Regions, and a placeholder of its own."""
    gov = {"aws": {"name": "aws", "expressions": {"region": {"constant_value": "us-gov-west-1"}}}}
    key = "arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/1"
    resources = [
        instance("aws_cloudtrail.gov", {**TRAIL, "name": "gov", "kms_key_id": key}),
        instance("aws_cloudtrail.here", {**TRAIL, "name": "here", "region": "us-east-1"}),
    ]
    config = [configure("aws_cloudtrail", "gov"), configure("aws_cloudtrail", "here", "aws.other")]
    draft = discover_terraform(save(tmp_path, plan(resources, [], config, providers=gov)))
    trails = {trail.name: trail for trail in draft.inventory.trails}
    own = {account.id: account for account in draft.inventory.accounts}
    assert own[trails["gov"].account].partition == "aws-us-gov"
    assert own[trails["here"].account].partition == "aws"


def test_the_draft_is_a_file_that_check_takes(tmp_path):
    """The text as a file means what `inventory` means."""
    document = plan([instance("aws_cloudtrail.org", {**TRAIL, "kms_key_id": KEY})])
    draft = discover_terraform(save(tmp_path, document))
    saved = tmp_path / "inventory.yaml"
    saved.write_text(draft.text, encoding="utf-8")
    assert load_inventory(saved).summary() == draft.inventory.summary()


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("main.tf", 'resource "aws_cloudtrail" "x" {}', "terraform show -json"),
        ("plan.bin", "PK\x03\x04...", "terraform show -json"),
        (
            "plan.json",
            '{"@level":"info","@message":"Terraform 1.9.5"}\n{}',
            "log of `terraform plan",
        ),
        ("plan.json", "{", "ends too early"),
        ("plan.json", "", "an empty file"),
        ("plan.json", '{\n"a" 1}', "plan.json:2: found text that is not JSON"),
        ("plan.json", '{"x": ' + "[" * 100_000, "nested beyond all sense"),
        ("plan.json", "[]", "plan.json: found another shape"),
        ("plan.json", "{}", "without format_version"),
        ("plan.json", '{"format_version": "9.0"}', "format_version"),
        ("plan.json", '{"version": 3, "modules": []}', "state file of version 3"),
        (
            "plan.json",
            '{"format_version": "1.0", "planned_values": {"root_module": {"resources": 5}}}',
            "planned_values.root_module.resources",
        ),
    ],
)
def test_what_is_no_plan_is_refused_with_a_way_out(tmp_path, name, text, says):
    """Source text, binary plans, logs, broken and hostile JSON: one sentence each."""
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(KmscostError) as caught:
        discover_terraform(path)
    assert says in str(caught.value)


@pytest.mark.parametrize("deep", ["[" * 500 + "]" * 500, "[" + "[]," * 4_000_000 + "1]"])
def test_values_beyond_all_sense_are_refused(tmp_path, deep):
    """A trail nested 500 deep is read past; 12 MB inside of one resource are no honest values."""
    text = json.dumps(plan([instance("aws_cloudtrail.org", {**TRAIL, "tags": "DEEP"})]))
    path = tmp_path / "plan.json"
    path.write_text(text.replace('"DEEP"', deep), encoding="utf-8")
    if len(deep) < 10_000:
        assert only_trail(discover_terraform(path)).name == "org"
    else:
        with pytest.raises(KmscostError, match="more than 8 MB in one place"):
            discover_terraform(path)


def test_powershell_writes_utf_16(tmp_path):
    """`terraform show -json > plan.json` of Windows PowerShell is read all the same."""
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(plan([instance("aws_cloudtrail.org", TRAIL)])), encoding="utf-16")
    assert only_trail(discover_terraform(path)).name == "org"


def test_nothing_to_draft_says_so(tmp_path):
    """A plan without CloudTrail: no text, and a sentence that says why."""
    draft = discover_terraform(save(tmp_path, plan([instance("aws_kms_key.other", {})])))
    assert (draft.text, draft.inventory) == ("", None)
    assert "nothing to draft" in draft.notices[-1]


def test_ous_and_tags_of_accounts(tmp_path):
    """parent_id is followed through the units of the plan up to the root."""
    document = plan(
        [
            instance(
                "aws_organizations_organization.org",
                {
                    "master_account_id": "111122223333",
                    "roots": [{"id": "r-ab12", "name": "Root"}],
                    "accounts": [{"id": "111122223333", "name": "mgmt", "status": "ACTIVE"}],
                },
            ),
            instance(
                "aws_organizations_organizational_unit.work",
                {"id": "ou-ab12-11111111", "name": "Work/Loads", "parent_id": "r-ab12"},
            ),
            instance(
                "aws_organizations_account.prod",
                {
                    "id": "222222222222",
                    "name": "prod",
                    "parent_id": "ou-ab12-11111111",
                    "tags_all": {"team": "web"},
                },
            ),
        ]
    )
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    draft = discover_terraform(path)
    # a slash inside of a name would be one more level
    assert {a.id: (a.ou, a.tags) for a in draft.inventory.accounts} == {
        "111122223333": (None, {}),
        "222222222222": ("Root/Work_Loads", {"team": "web"}),
    }


@pytest.mark.parametrize(
    ("document", "words"),
    [
        # OpenTofu 1.7 and later, with state encryption: of the plan, and of the state
        ({"meta": {}, "encrypted_data": "x", "encryption_version": "v0"}, "keeps encrypted"),
        ({"version": 4, "serial": 1, "lineage": "x", "encrypted_data": "x"}, "tofu show -json"),
        # .terraform/terraform.tfstate, which every folder with a backend has
        ({"version": 3, "backend": {"type": "s3", "config": {}}}, "terraform state pull"),
        (
            {"version": 3, "backend": {"type": "s3"}, "modules": [{"path": ["root"]}]},
            "the settings of a backend",
        ),
    ],
)
def test_a_state_that_stands_elsewhere_is_no_empty_one(tmp_path, document, words):
    """It says how to get the state; an encrypted one was "nothing to draft", exit 0."""
    path = tmp_path / "terraform.tfstate"
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(KmscostError, match=words):
        discover_terraform(path)
