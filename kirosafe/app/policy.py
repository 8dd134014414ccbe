"""Merging policy layers into what a scan obeys, and what that quiets (docs/policy.md).

Pure; reading a policy's text is `app/policy_text.py`, imported only where there is a file to read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from kirosafe.errors import UsageError
from kirosafe.model.finding import Finding
from kirosafe.model.glob import glob_error
from kirosafe.model.policy import (
    DisabledRule,
    EffectivePolicy,
    ExcludedPath,
    Origin,
    ScanPolicy,
)

if TYPE_CHECKING:
    from datetime import date

Threshold = TypeVar("Threshold", bound=int)
Entry = TypeVar("Entry", ExcludedPath, DisabledRule)

_RANK = {origin: rank for rank, origin in enumerate(Origin)}


def merge(
    layers: Sequence[tuple[Origin, ScanPolicy]], today: Callable[[], date]
) -> EffectivePolicy:
    """The one policy that `layers`, given in any order, come to.

    A layer's rank is its origin's; of two layers of one origin the later stands lower. The
    administrator's value is the loosest that anybody gets, a repository's only tightens, except
    that it may add what is quiet in reports. `today` is asked only if an entry has an end.
    """
    ranked = sorted(layers, key=lambda layer: _RANK[layer[0]])
    start = EffectivePolicy()
    notes: list[str] = []
    return EffectivePolicy(
        _threshold(
            "fail_on", start.fail_on, [(who, layer.fail_on) for who, layer in ranked], notes
        ),
        _threshold(
            "min_confidence",
            start.min_confidence,
            [(who, layer.min_confidence) for who, layer in ranked],
            notes,
        ),
        _threshold(
            "require_coverage",
            start.require_coverage,
            [(who, layer.require_coverage) for who, layer in ranked],
            notes,
        ),
        _entries("excluded path", [(w, layer.excluded_paths) for w, layer in ranked], today, notes),
        _entries("disabled rule", [(w, layer.disabled_rules) for w, layer in ranked], today, notes),
        tuple(notes),
    )


def policy_suppression(finding: Finding, policy: EffectivePolicy, path: str) -> str:
    """Which entry of `policy` quiets `finding`, by whom and why; "" if none does.

    `path` is the finding's path relative to the folder that was scanned, slash-separated.
    """
    for rule in policy.disabled_rules:
        if rule.covers(finding.rule):
            return f"disabled rule {rule.pattern} ({rule.origin.value}: {rule.reason})"
    for excluded in policy.excluded_paths:
        if excluded.covers(path):
            return f"excluded path {excluded.pattern} ({excluded.origin.value}: {excluded.reason})"
    return ""


def excluded_by_option(pattern: str) -> ExcludedPath:
    """The entry that `--exclude pattern` stands for; UsageError if it is no path pattern."""
    problem = glob_error(pattern)
    if problem:
        raise UsageError(
            f"the pattern given to --exclude {problem}", "docs/policy.md says how patterns work."
        )
    return ExcludedPath(pattern, "--exclude", origin=Origin.COMMAND_LINE)


def _looseness(value: int) -> int:
    """The higher, the looser. A lower grade is tighter; of yes and no, yes is tighter."""
    return -value if isinstance(value, bool) else value


def _threshold(
    name: str,
    default: Threshold,
    opinions: Sequence[tuple[Origin, Threshold | None]],
    notes: list[str],
) -> Threshold:
    """The value of one threshold; says in `notes` which opinions did not come through."""
    value = default
    bound: Threshold | None = None
    for origin, wanted in opinions:
        if wanted is None:
            continue
        if origin is Origin.ADMINISTRATOR:
            bound = wanted if bound is None else min(bound, wanted, key=_looseness)
        if origin in (Origin.ADMINISTRATOR, Origin.REPOSITORY):
            value = min(value, wanted, key=_looseness)
        else:
            value = wanted if bound is None else min(bound, wanted, key=_looseness)
        if value != wanted:
            notes.append(
                f"{name} = {_word(wanted)} ({origin.value}) is looser than may be set there;"
                f" {_word(value)} holds"
            )
    return value


def _word(value: int) -> str:
    """A threshold as it is written in a policy file."""
    return str(getattr(value, "label", str(value).lower()))


def _entries(
    what: str,
    opinions: Sequence[tuple[Origin, tuple[Entry, ...] | None]],
    today: Callable[[], date],
    notes: list[str],
) -> tuple[Entry, ...]:
    """What is quiet, of one kind; says in `notes` which entries are without effect, and why.

    An empty list takes away what stands above it and keeps repositories from adding. The
    administrator's list is what others may ask for and quiets nothing by itself.
    """
    kept: tuple[Entry, ...] = ()
    bounds = [wanted for origin, wanted in opinions if origin is Origin.ADMINISTRATOR]
    allowed = _allowed(bounds)
    notes += [f"{_named(what, e)} is allowed there, not asked for" for b in bounds for e in b or ()]
    closed = False
    for origin, wanted in opinions:
        if wanted is None or origin is Origin.ADMINISTRATOR:
            continue
        if not wanted:
            kept, closed = (), True
        for entry in wanted:
            barred = closed and origin is Origin.REPOSITORY
            problem = _without_effect(entry, allowed, barred, today)
            if problem:
                notes.append(f"{_named(what, entry)} {problem}")
            else:
                kept += (entry,)
    return kept


def _allowed(bounds: Sequence[tuple[Entry, ...] | None]) -> set[str] | None:
    """The patterns that every one of the administrator's lists names; None if there is no list."""
    lists = [{entry.pattern for entry in bound} for bound in bounds if bound is not None]
    return set.intersection(*lists) if lists else None


def _without_effect(
    entry: ExcludedPath | DisabledRule,
    allowed: set[str] | None,
    barred: bool,
    today: Callable[[], date],
) -> str:
    """Why `entry` quiets nothing, as the rest of a sentence; "" if it does quiet."""
    if entry.expires is not None and entry.expires <= today():
        return f"expired on {entry.expires.isoformat()} and quiets nothing"
    if allowed is not None and entry.pattern not in allowed:
        return "is not allowed by the administrator's policy and quiets nothing"
    if barred:
        return "quiets nothing: an empty list in a policy above it says that nothing is to be quiet"
    return ""


def _named(what: str, entry: ExcludedPath | DisabledRule) -> str:
    """An entry as notes name it: what it is, whose, and where it is written."""
    where = f", {entry.place}" if entry.place else ""
    return f"{what} {entry.pattern} ({entry.origin.value}{where})"
