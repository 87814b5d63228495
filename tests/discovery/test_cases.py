"""Every case of `discover` beside the checkout: what a careful human drafts from each."""

import pytest

from estimator import (
    KmscostError,
    discover_aws_responses,
    discover_cloudformation,
    discover_terraform,
    rates_import,
)
from tests.real_data import CASES

FOLDER = CASES / "discover"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="no cases beside the checkout")


def trails_of(draft):
    return {trail.name: trail for trail in draft.inventory.trails}


def asked(draft, at):
    return [todo.question for todo in draft.todo if todo.at == at]


def extents(draft, section):
    return {seen.seen for seen in draft.coverage if seen.section == section}


@pytest.mark.parametrize(
    ("name", "notice"),
    [
        ("plan_foreach.json", ""),
        ("wrapper_line.json", "1 line around the JSON was skipped"),
        ("wrapper_line_v3.json", "3 lines around the JSON were skipped"),
        ("log_lines_before.json", "1 line around the JSON was skipped"),
        ("two_documents.json", "2 documents in one file, equal ones are read once"),
    ],
)
def test_a_chained_for_each_and_what_stands_around_a_plan(name, notice):
    """Bucket Keys of three buckets by each.value.id: true, false, false, and nothing is asked."""
    draft = discover_terraform(FOLDER / name)
    found = {name: trail.bucket.bucket_key for name, trail in trails_of(draft).items()}
    assert found == {"trail-p": True, "trail-d": False, "trail-q": False}
    assert not [todo for todo in draft.todo if "bucket_key" in todo.at]
    assert any(notice in text for text in draft.notices)


def test_the_only_key_of_a_plan_is_offered():
    """Through a local nothing is known: the plan's one key, to be confirmed."""
    draft = discover_terraform(FOLDER / "plan_locals.json")
    assert [key.id for key in draft.inventory.keys] == ["aws_kms_key.ct"]
    assert trails_of(draft)["via-locals"].key == "aws_kms_key.ct"
    (question,) = asked(draft, "trails via-locals: key")
    assert "aws_kms_key.ct is the only key" in question


def test_a_replica_and_a_second_provider_are_of_the_same_account():
    """Providers that differ in their Region, and a replica of a key: one account."""
    draft = discover_terraform(FOLDER / "plan_two_regions.json")
    assert [account.id for account in draft.inventory.accounts] == ["111122223333"]
    assert [key.account for key in draft.inventory.keys] == ["111122223333"]


def test_a_conditional_key_is_one_of_those_it_names():
    """No third key; the trail that logs nothing; a rotation every 180 days."""
    draft = discover_terraform(FOLDER / "plan_conditional.json")
    assert [key.id for key in draft.inventory.keys] == ["aws_kms_key.k[0]"]
    trails = trails_of(draft)
    assert trails["splat"].key == trails["cond"].key == "aws_kms_key.k[0]"
    assert trails["cond"].files_per_day.other.mid == 0
    (question,) = asked(draft, "trails cond: key")
    assert "aws_kms_key.k[0], aws_kms_key.other" in question
    (rotation,) = asked(draft, "keys aws_kms_key.k[0]: rotations")
    assert "the first rotation is 180 days after its creation" in rotation


def test_a_plan_of_a_part_is_drafted_from_the_state_before():
    """-target: trail life out of the prior state, and that the plan is of a part."""
    draft = discover_terraform(FOLDER / "plan_target.json")
    assert trails_of(draft)["life"].key == "ct"
    assert extents(draft, "trails") == {"part"}
    assert any("complete: false" in question for question in asked(draft, "trails"))
    assert "\ntrails:\n  # TODO plan_target.json: a plan of a part" in draft.text
    assert asked(draft, "trails life") == [
        "the plan does not touch it: drafted from the state before it"
    ]


def test_a_plan_that_destroys_says_so():
    """The trail by its name, no draft, no error."""
    draft = discover_terraform(FOLDER / "plan_destroy.json")
    assert draft.text == ""
    assert any("the plan destroys trail 'life'" in text for text in draft.notices)


@pytest.mark.parametrize(
    "name",
    [
        "plan_first_apply.json",
        "state_show.json",
        "plan_replace.json",
        "plan_moved.json",
        "raw.tfstate",
    ],
)
def test_kinds_of_plans_and_states(name):
    """One trail, one key, one bucket, seen whole."""
    draft = discover_terraform(FOLDER / name)
    assert draft.found == {"keys": 1, "buckets": 1, "trails": 1}
    assert trails_of(draft)["life"].key == "ct"
    assert extents(draft, "trails") == {"whole"}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("state_v3.tfstate", "a state file of version 3"),
        ("validate.json", "the answer of `terraform validate`"),
        ("providers_schema.json", "the answer of `terraform providers schema`"),
        ("output.json", "the answer of `terraform output`"),
        ("breakdown.json", "a cost breakdown"),
        ("cdk.tf.json", "a synthesized configuration"),
    ],
)
def test_what_is_no_plan_is_refused_by_its_name(name, words):
    """Exit 1, and what the file is instead."""
    with pytest.raises(KmscostError) as caught:
        discover_terraform(FOLDER / name)
    assert words in str(caught.value)


def test_a_stack_set_is_named_with_its_trails():
    """Trail central is drafted; member, in every account of a unit and two Regions, is named."""
    draft = discover_cloudformation(FOLDER / "stackset.yaml")
    assert list(trails_of(draft)) == ["central"]
    (question,) = asked(draft, "trails")
    assert "makes trails (member) in every account of ou-abcd-12345678" in question
    assert "us-east-1, eu-west-1" in question
    assert extents(draft, "trails") == {"part"}


def test_a_template_of_sam():
    """One trail, KMS events left out; a rotation every 90 days."""
    draft = discover_cloudformation(FOLDER / "sam.yaml")
    assert trails_of(draft)["T"].exclude_kms_events
    (question,) = asked(draft, "keys Key: rotations")
    assert "rotates every 90 days" in question


def test_a_loop_of_a_template_is_named():
    """Fn::ForEach is not worked out, and nothing else makes a trail."""
    with pytest.raises(KmscostError, match="Fn::ForEach::Trails is not worked out"):
        discover_cloudformation(FOLDER / "foreach.yaml")


@pytest.mark.parametrize("name", ["boto", "gettrail", "utf16"])
def test_forms_of_answers(name):
    """One organization trail, one key."""
    draft = discover_aws_responses(FOLDER / "ans" / name)
    assert list(trails_of(draft)) == ["org"]
    assert len(draft.inventory.keys) == 1


def test_several_answers_in_one_file_are_read():
    """Appended with >>: both trails."""
    draft = discover_aws_responses(FOLDER / "ans" / "concat")
    assert list(trails_of(draft)) == ["org", "local"]
    assert any("2 answers in one file" in text for text in draft.notices)


def test_a_list_of_accounts_is_read():
    """`--query Accounts` leaves the list alone."""
    draft = discover_aws_responses(FOLDER / "ans" / "query")
    assert [account.name for account in draft.inventory.accounts] == ["mgmt"]
    assert asked(draft, "trails") == ["no answer of `aws cloudtrail describe-trails` is here"]


def test_yaml_of_the_cli_is_read():
    """One trail, org: cut to its name, so the key, the bucket and the rest are open."""
    draft = discover_aws_responses(FOLDER / "ans" / "yamlout")
    assert [(each.name, each.key) for each in draft.inventory.trails] == [("org", "key-of-org")]
    assert draft.todo


def test_an_answer_without_keys_is_refused_by_its_name():
    """list-trails: exit 1, one sentence."""
    with pytest.raises(KmscostError) as caught:
        discover_aws_responses(FOLDER / "ans" / "list-trails")
    assert "no keys" in str(caught.value)
    assert len(caught.value.problems) == 1


@pytest.mark.parametrize("name", ["us.json", "us.csv", "get-products.json"])
def test_price_lists_and_the_answer_of_the_query_api(name):
    """USD 0.0000030000 a request is 0.03 per 10,000, a key is 1.00, from 2025-08-01 on."""
    table = rates_import(FOLDER / "rates" / name).table
    found = {
        meter.name: (str(version.start), version.rates[0].regions, version.rates[0].steps)
        for meter in table.meters
        for version in meter.versions
    }
    assert sorted(found) == ["kms-keys", "kms-requests"]
    start, regions, steps = found["kms-requests"]
    assert (start, list(regions), float(steps[0][1])) == ("2025-08-01", ["us-east-1"], 0.03)
    assert float(found["kms-keys"][2][0][1]) == 1


@pytest.mark.parametrize(
    "name", ["us-excel-de.csv", "us-nopreamble.csv", "empty.json", "region_index.json"]
)
def test_what_is_no_price_list_is_refused(name):
    """Exit 1, with the reason."""
    with pytest.raises(KmscostError):
        rates_import(FOLDER / "rates" / name)
