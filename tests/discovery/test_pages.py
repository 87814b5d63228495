"""Pages of one answer in files of their own: whole with the last one, else what is missing is said.

`NextToken` names the next page; AWS Config's history has `nextToken`.
"""

import json

import pytest

from estimator import discover_aws_responses
from tests.discovery.test_other_forms import MEMBER, OWNER, config_items, save
from tests.discovery.test_saved import RESPONSES

MORE = "AWS Config has more"
SELECTED = {"SelectFields": [{"Name": "configuration"}]}


def query_page(items, **more):
    """A page of an advanced query."""
    return {"Results": [json.dumps(item) for item in items], "QueryInfo": SELECTED, **more}


def history_page(items, **more):
    """A page of the history of one resource."""
    return {"configurationItems": items, **more}


def gaps(tmp_path, files, section):
    """What is said to be missing of a section."""
    texts = {name: json.dumps(answer) for name, answer in files.items()}
    draft = discover_aws_responses(save(tmp_path, texts))
    asked = [todo.question for todo in draft.todo if todo.at == section]
    return [text for text in asked if "page" in text]


@pytest.mark.parametrize(
    ("page", "token"), [(query_page, "NextToken"), (history_page, "nextToken")]
)
@pytest.mark.parametrize(
    ("names", "words"),
    [
        (("p1.json", "p2.json"), []),
        (("last.json", "first.json"), []),
        (("p1.json",), [f"one page of several: {MORE}"]),
        (("p1.json", "p3.json"), [f"of its pages number 2 is not here: {MORE}"]),
        # 2 to 11 are ten, of which eight are named
        (
            ("p1.json", "p12.json"),
            ["of its pages numbers 2, 3, 4, 5, 6, 7, 8, 9 and 2 more are not here: " + MORE],
        ),
    ],
)
def test_pages_of_aws_config(tmp_path, page, token, names, words):
    """Of the trail: with the last page nothing is missing of the answer."""
    trail = config_items()[0]
    pages = [page([trail], **{token: "x"}), page([trail])]
    found = gaps(tmp_path, dict(zip(names, pages, strict=False)), "trails")
    assert [text.partition(": ")[2] for text in found] == words


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"list-children-2.json": {}}, []),
        ({}, ["one page of several: what the others have of OUs is not known"]),
    ],
)
def test_pages_of_what_is_in_an_ou(tmp_path, more, words):
    """The whole list of accounts is there: where they are is what a missing page would tell."""
    folder = "ou-ab12-11111111"
    answers = [{"Children": [{"Id": each, "Type": "ACCOUNT"}]} for each in (OWNER, MEMBER)]
    files = {name: RESPONSES[name] for name in ("describe-trails.json", "list-accounts.json")} | {
        f"{folder}/list-children-1.json": {**answers[0], "NextToken": "x"}
    }
    files |= {f"{folder}/{name}": answers[1] for name in more}
    assert [text.partition(": ")[2] for text in gaps(tmp_path, files, "accounts")] == words
