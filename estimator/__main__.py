"""`python -m estimator` is `kmscost`."""

from estimator.cli import main

main()
