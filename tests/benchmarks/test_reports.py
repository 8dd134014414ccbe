"""Every tool's report is read as the tool writes it, and the planted pair is looked for in it."""

import hashlib
import json
from typing import Any

import pytest

from benchmarks.plant import Pair
from benchmarks.reports import Report, planted_found, read_report, reports_pair
from tests.support.keys import Keys

_PATH = "deep/conf/settings.ini"


@pytest.fixture
def pair(keys: Keys) -> Pair:
    return Pair(keys.aws_id(), keys.aws_secret(), "settings.ini", 3, 4)


def kirosafe(pair: Pair, *places: tuple[str, str, int]) -> Report:
    """A report of ours with findings given as rule, path and line."""
    findings = [
        {"rule": rule, "title": "", "location": {"path": path, "line": line, "column": 1}}
        for rule, path, line in places
    ]
    return read(
        "kirosafe", {"findings": findings, "stats": {"files": 10, "bytes": 2000, "seconds": 0.1}}
    )


def kingfisher(pair: Pair, captures: dict[str, str]) -> Report:
    finding = {
        "snippet": pair.key_id,
        "path": _PATH,
        "line": pair.id_line,
        "dependent_captures": captures,
    }
    summary = {"blobs_scanned": 10, "bytes_scanned": 2000}
    findings = [{"rule": {"id": "betterleaks.aws-access-token"}, "finding": finding}]
    return read("kingfisher", {"findings": findings, "metadata": {"summary": summary}})


def betterleaks(pair: Pair, with_secret: bool) -> Report:
    def place(value: str, line: int) -> dict[str, Any]:
        location = {"path": _PATH, "start_line": line}
        return {"rule_id": "aws-access-token", "match": {"value": value}, "location": location}

    parts = [{"components": [place(pair.secret, pair.secret_line)]}]
    finding = place(pair.key_id, pair.id_line) | {"component_sets": parts if with_secret else None}
    return read("betterleaks", {"findings": [finding], "scan": {"bytes_scanned": 2000}})


def detect_secrets(pair: Pair, *values: str) -> Report:
    results = [
        {
            "type": "AWS Access Key",
            "filename": _PATH,
            "hashed_secret": hashlib.sha1(value.encode(), usedforsecurity=False).hexdigest(),
            "line_number": 1,
        }
        for value in values
    ]
    return read("detect-secrets", {"results": {_PATH: results}})


def read(tool: str, data: dict[str, Any]) -> Report:
    return read_report(tool, json.dumps(data))


def test_kirosafe_shows_no_values_so_that_lines_decide(pair: Pair) -> None:
    both = kirosafe(pair, ("aws-access-key-id", _PATH, 3), ("aws-secret-key", _PATH, 4))
    assert reports_pair(both, pair)
    assert (both.files, both.bytes) == (10, 2000)
    assert not reports_pair(kirosafe(pair, ("aws-access-key-id", _PATH, 3)), pair)


@pytest.mark.parametrize("place", [("generic", _PATH, 4), ("aws-secret-key", "other.ini", 4)])
def test_another_rule_or_file_is_not_the_pair(pair: Pair, place: tuple[str, str, int]) -> None:
    assert not reports_pair(kirosafe(pair, ("aws-access-key-id", _PATH, 3), place), pair)


def test_kingfisher_shows_the_secret_beside_the_id(pair: Pair) -> None:
    report = kingfisher(pair, {"AWS_SECRET_ACCESS_KEY": pair.secret})
    assert reports_pair(report, pair)
    assert (report.files, report.bytes) == (10, 2000)
    assert not reports_pair(kingfisher(pair, {}), pair)


def test_betterleaks_shows_the_secret_as_a_component(pair: Pair) -> None:
    report = betterleaks(pair, with_secret=True)
    assert reports_pair(report, pair)
    assert (report.files, report.bytes) == (None, 2000)
    assert not reports_pair(betterleaks(pair, with_secret=False), pair)


def test_detect_secrets_shows_hashes(pair: Pair) -> None:
    assert reports_pair(detect_secrets(pair, pair.key_id, pair.secret), pair)
    assert not reports_pair(detect_secrets(pair, pair.key_id), pair)


def test_planted_secrets_are_counted_in_their_folder_only(pair: Pair) -> None:
    aws = [("aws-access-key-id", _PATH, 3), ("aws-secret-key", _PATH, 4)]
    others = [("github", "tree/deep/conf/.env", 2), ("pem", "tree/elsewhere/deploy_key.pem", 1)]
    assert planted_found(kirosafe(pair, *aws), pair, "deep/conf") == 1
    assert planted_found(kirosafe(pair, *aws, *others), pair, "deep/conf") == 2
    assert planted_found(kirosafe(pair, *others), pair, "deep/conf") == 1


def test_values_stay_out_of_what_is_printed(pair: Pair) -> None:
    shown = repr(pair) + repr(betterleaks(pair, with_secret=True))
    assert pair.key_id not in shown
    assert pair.secret not in shown


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"findings": [{}]}'])
@pytest.mark.parametrize("tool", ["kirosafe", "kingfisher", "betterleaks", "detect-secrets"])
def test_another_form_is_an_error_that_the_track_expects(tool: str, text: str) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        read_report(tool, text)
