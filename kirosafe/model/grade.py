"""How bad a finding is and how sure we are of it."""

from enum import IntEnum
from typing import Self


class Grade(IntEnum):
    """A three-step scale with a word for each step; the subclasses name the steps."""

    @property
    def label(self) -> str:
        """The lower-case word used in rules, policies, options and reports."""
        return self.name.lower()

    @classmethod
    def parse(cls, word: str) -> Self:
        """The step that `word` names; `ValueError` for any other word."""
        try:
            return cls[word.upper()]
        except KeyError:
            raise ValueError(f"'{word}' is not one of low, medium, high") from None


class Severity(Grade):
    """What the finding costs if it is real."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3


class Confidence(Grade):
    """How likely the finding is to be a live secret rather than something that looks like one."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
