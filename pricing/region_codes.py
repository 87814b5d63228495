"""What the code of a Region tells by itself: that it is one, and its partition.

Apart from the table of Regions: what counts logs and bills has no need of it, it is slow to load,
and Spark's workers have no file of it.
"""

from __future__ import annotations

import re

# laxer than `is_region`: no file and no line of a bill is lost because its Region is new
CODE_PATTERN = r"[a-z]{2,}(?:-[a-z]+)+-\d+"

# AWS opens Regions faster than its table grows, so a code that could be one is taken: where, then
# a direction, then one digit. A mistyped direction is refused still, with the nearest Region.
_DIRECTION = "(?:north|south)?(?:east|west)|north|south|central"
WELL_FORMED = re.compile(rf"[a-z]{{2,4}}(?:-[a-z]{{2,4}})?-(?:{_DIRECTION})-[1-9]")

COMMERCIAL = "aws"

# how the codes of a partition begin, all others are commercial: regionRegex in botocore's
# partitions.json (1.44.8), checked 2026-11-28
PARTITIONS = {
    "us-gov-": "aws-us-gov",
    "cn-": "aws-cn",
    "eusc-": "aws-eusc",
    "us-iso-": "aws-iso",
    "us-isob-": "aws-iso-b",
    "eu-isoe-": "aws-iso-e",
    "us-isof-": "aws-iso-f",
}


def partition_of(region: str) -> str:
    """The partition of a Region, known or not.

    >>> partition_of("us-gov-west-1"), partition_of("cn-south-1"), partition_of("eu-west-9")
    ('aws-us-gov', 'aws-cn', 'aws')
    """
    found = (name for start, name in PARTITIONS.items() if region.startswith(start))
    return next(found, COMMERCIAL)
