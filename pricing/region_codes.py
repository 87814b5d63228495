"""What has the look of a Region's code, in names that AWS writes.

Apart from the table of Regions: what counts logs and bills has no need of it, and it is slow to
load.
"""

from __future__ import annotations

# laxer than `is_region`: no file and no line of a bill is lost because its Region is new
CODE_PATTERN = r"[a-z]{2,}(?:-[a-z]+)+-\d+"
