"""Results as people and programs read them: tables, charts, exports, and the monthly report.

`estimator.report(...)` writes the monthly report, as `kmscost report` does: see
`estimator.report.monthly.report`. The name is a package's and a function's at once, the only one
that is; so the package can be called, and neither hides the other, whichever is imported first.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

__all__ = ["report"]

if TYPE_CHECKING:
    from estimator.report.monthly import report
else:

    class _CallablePackage(ModuleType):
        def __call__(self, *args: Any, **kwargs: Any) -> Any:
            from estimator.report.monthly import report

            return report(*args, **kwargs)

    report = sys.modules[__name__]
    report.__class__ = _CallablePackage
