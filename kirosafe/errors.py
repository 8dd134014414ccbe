"""Every error a person can meet: what happened, to what, what to do next, and its exit code.

The ranges are those of docs/exit-codes.md. `cli/shell.py` alone turns an error into an exit
status. A message never carries a secret value: errors are written to terminals and logs.
"""


class KirosafeError(Exception):
    """Base of all errors that are the user's to solve.

    `what` is one sentence on what happened and to what; `next_step` is what to do about it.
    """

    exit_code = 70

    def __init__(self, what: str, next_step: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.next_step = next_step


class UsageError(KirosafeError):
    """The command line asks for something that cannot be."""

    exit_code = 2


class NothingScanned(KirosafeError):
    """Not one source could be looked at, which must never read as "clean"."""

    exit_code = 3


class PolicyError(KirosafeError):
    """A policy file is unreadable, malformed or asks for what it may not."""

    exit_code = 20


class RulesError(KirosafeError):
    """A rule file is unreadable or malformed."""

    exit_code = 21


class OutputError(KirosafeError):
    """The report could not be written where the user wanted it."""

    exit_code = 22


class StateError(KirosafeError):
    """Something that kirosafe keeps for itself is not as it left it."""

    exit_code = 23
