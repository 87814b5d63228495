"""`python -m estimator` is `kmscost`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run `kmscost`; Ctrl-C while it is still being loaded ends it as quietly as later on."""
    try:
        from estimator.cli import main as run
    except KeyboardInterrupt:
        sys.exit(130)
    run()


if __name__ == "__main__":
    main()
