"""How long and how often AWS is asked before it counts as no answer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Patience:
    """Times in seconds, and attempts with the first among them.

    Parameters
    ----------
    login
        Until somebody is let in or hears why not: within 15 seconds, with the program's start [s].
    attempts, login_attempts
        Of a call that is throttled or meets an error of AWS's own; a host that does not answer is
        given up sooner.
    connect, read
        For a connection, and for each part of an answer [s].
    answer
        For a whole answer, with the pause before the next attempt: botocore's are up to 20 s [s].
    rest
        A host that did not answer is left alone for so long [s].
    """

    login: float = 12.0
    login_attempts: int = 4
    attempts: int = 10
    connect: float = 5.0
    read: float = 5.0
    answer: float = 30.0
    rest: float = 30.0
