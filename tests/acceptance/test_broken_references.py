from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.broken_inventory import (
    BASE,
    Case,
    assert_refused,
    case,
    expect_refusal,
    lines_named,
)
from tests.acceptance.commands import run_forecast

CASES = [
    # ids
    case("unquoted id", '- id: "222222222222"', "- id: 222222222222 #!", r'"222222222222"'),
    case("octal-looking id", '- id: "222222222222"', "- id: 012345670123 #!", r'"012345670123"'),
    case("unquoted id with underscores", '- id: "222222222222"', "- id: 222_222_222_222 #!"),
    case("unquoted payer", 'payer: "111122223333"', "payer: 111122223333 #!", r'"111122223333"'),
    case(
        "unquoted account of a trail",
        'account: "111122223333"\n    scope',
        "account: 111122223333 #!\n    scope",
        r'"111122223333"',
    ),
    case("id of 11 digits", '- id: "222222222222"', '- id: "22222222222" #!', "12"),
    case("id of 13 digits", '- id: "222222222222"', '- id: "2222222222222" #!', "12"),
    case("id with a letter", '- id: "222222222222"', '- id: "22222222222a" #!', "12"),
    case("id with hyphens", '- id: "222222222222"', '- id: "2222-2222-2222" #!', "12"),
    case("id of Arabic-Indic digits", '- id: "222222222222"', '- id: "' + "\u0662" * 12 + '" #!'),
    case("id empty", '- id: "222222222222"', '- id: "" #!'),
    case("id null", '- id: "222222222222"', "- id: #!"),
    # Regions
    case(
        "unknown Region",
        "regions: [us-east-1, eu-west-1]",
        "regions: [us-east-1, eu-wset-9] #!",
        "eu-wset-9",
    ),
    case(
        "unknown Region of an account",
        "    regions: [us-east-1]\n",
        "    regions: [us-eest-1] #!\n",
        "us-eest-1",
        "us-east-1",
    ),
    case(
        "unknown Region of a bucket",
        "      region: us-east-1",
        "      region: us-east-11 #!",
        "us-east-11",
    ),
    case("unknown Region of a key", "    region: eu-west-1", "    region: Ireland #!", "Ireland"),
    case(
        "unknown Region of a trail", "    regions: all", "    regions: [nowhere-1] #!", "nowhere-1"
    ),
    case(
        "unknown Region in files_per_day",
        "files_per_day: 400",
        "files_per_day: {eu-wset-9: 1, other: 2} #!",
        "eu-wset-9",
    ),
    case(
        "Regions a word", "regions: [us-east-1, eu-west-1]", "regions: everywhere #!", "everywhere"
    ),
    # keys, F10
    case("asymmetric RSA key", "    spec: SYMMETRIC_DEFAULT", "    spec: RSA_2048 #!", "RSA_2048"),
    case(
        "asymmetric ECC key",
        "    spec: SYMMETRIC_DEFAULT",
        "    spec: ECC_NIST_P256 #!",
        "ECC_NIST_P256",
    ),
    case("HMAC key", "    spec: SYMMETRIC_DEFAULT", "    spec: HMAC_256 #!", "HMAC_256"),
    case("unknown spec", "    spec: SYMMETRIC_DEFAULT", "    spec: AES #!", "AES"),
    case(
        "key in another Region than the bucket",
        "    key: logs\n    bucket:\n      name: example-logs\n      region: us-east-1\n",
        "    key: dr #!\n    bucket: #!\n      name: example-logs\n      region: us-east-1 #!\n",
        "us-east-1",
        "eu-west-1",
    ),
    # dangling
    case("trail names no key", "    key: logs\n", "    key: logz #!\n", "logz"),
    case(
        "trail names no account",
        'account: "111122223333"\n    scope',
        'account: "999999999999" #!\n    scope',
        "999999999999",
    ),
    case(
        "reader names no trail",
        "    trails: [org]\n    gets_per_file: 1",
        "    trails: [ogr] #!\n    gets_per_file: 1",
        "ogr",
    ),
    case(
        "reader names no account",
        'account: "222222222222"\n    trails',
        'account: "999999999999" #!\n    trails',
        "999999999999",
    ),
    case(
        "reader names no destination key",
        "    destination_key: dr",
        "    destination_key: drr #!",
        "drr",
    ),
    case(
        "key names no account",
        'account: "111122223333"\n    region: eu-west-1',
        'account: "999999999999" #!\n    region: eu-west-1',
        "999999999999",
    ),
    case(
        "trail over two partitions",  # the trail's own line is fair, too
        '  - name: org\n    account: "111122223333"\n    scope: organization\n    regions: all\n',
        '  - name: org #!\n    account: "111122223333"\n    scope: organization\n'
        "    regions: [us-east-1, us-gov-west-1] #!\n",
    ),
    case(
        "Region of a trail that no account has",
        "    regions: all\n",
        "    regions: [us-east-1, sa-east-1] #!\n",
        "sa-east-1",
    ),
    # files named
    case(
        "accounts file missing",
        '- id: "222222222222"\n    name: prod\n    regions: [us-east-1]\n'
        "    files_per_day: 400\n    from: 2026-03-01\n",
        "- file: nowhere.csv #!\n",
        "nowhere.csv",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_one_mistake_of_names(tmp_path: Path, case: Case) -> None:
    """An id, Region, key or name that cannot be is told with its line."""
    assert_refused(tmp_path, case)


def test_dangling_names_come_out_together(tmp_path: Path) -> None:
    """Three names that do not exist, in three sections, in one go."""
    text = BASE.replace("    key: logs\n", "    key: logz #!\n", 1).replace(
        "    destination_key: dr\n", "    destination_key: drr #!\n", 1
    )
    text = text.replace(
        "    trails: [org]\n    gets_per_file: 1", "    trails: [ogr] #!\n    gets_per_file: 1", 1
    )
    want = {n for n, line in enumerate(text.splitlines(), 1) if "#!" in line}
    (tmp_path / "inventory.yaml").write_text(text)
    run = run_forecast(tmp_path)
    expect_refusal(run)
    assert want <= lines_named(run), run.err
