"""What is kept between runs is used when it fits and made again when it does not."""

from collections.abc import Mapping

import pytest

from kirosafe.app.prepare import prepared_rulebook, prepared_toolkit
from kirosafe.errors import RulesError
from kirosafe.model.grade import Confidence

TEXT = """
[[rule]]
id = "some-token"
title = "Some token"
severity = "high"
confidence = "high"
anchor = 'tok_[a-z0-9]{8}'
pattern = '(?P<secret>tok_[a-z0-9]{8})'
remediation = "Revoke it."
reference = "https://example.com (2026-11-22)"
examples = ['{{tok_|lowernum:8}}', 'x={{tok_|lowernum:8}}']
counter_examples = ['tok_', 'tok-12345678']
"""


class MemoryCache:
    """The port `Cache` without a disk."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def get(self, name: str) -> bytes | None:
        return self.kept.get(name)

    def put(self, name: str, content: bytes) -> None:
        self.kept[name] = content


def _texts() -> Mapping[str, str]:
    return {"some.toml": TEXT}


def test_a_second_run_makes_nothing_anew() -> None:
    cache = MemoryCache()
    first = prepared_rulebook(_texts(), cache)
    kit = prepared_toolkit(first, b"key", Confidence.MEDIUM, cache)
    assert kit.prefilter.fresh
    kept = dict(cache.kept)
    assert len(kept) == 3
    again = prepared_rulebook(_texts(), cache)
    assert again == first
    second = prepared_toolkit(again, b"key", Confidence.MEDIUM, cache)
    assert not second.prefilter.fresh
    assert second.roles == kit.roles
    assert cache.kept == kept


def test_other_rules_and_other_confidence_are_kept_apart() -> None:
    cache = MemoryCache()
    book = prepared_rulebook(_texts(), cache)
    for minimum in Confidence:
        prepared_toolkit(book, b"key", minimum, cache)
    assert len(cache.kept) == 1 + 2 * len(Confidence)
    prepared_rulebook({"some.toml": TEXT.replace("Revoke it.", "Revoke.")}, cache)
    assert len(cache.kept) == 2 + 2 * len(Confidence)


@pytest.mark.parametrize("damage", [b"", b"\0" * 40, b"nonsense"])
def test_what_does_not_fit_is_made_again(damage: bytes) -> None:
    cache = MemoryCache()
    book = prepared_rulebook(_texts(), cache)
    prepared_toolkit(book, b"key", Confidence.MEDIUM, cache)
    good = dict(cache.kept)
    cache.kept = dict.fromkeys(good, damage)
    assert prepared_rulebook(_texts(), cache) == book
    prepared_toolkit(book, b"key", Confidence.MEDIUM, cache)
    assert cache.kept == good


def test_broken_rules_are_said_and_not_kept() -> None:
    cache = MemoryCache()
    with pytest.raises(RulesError):
        prepared_rulebook({"some.toml": "[[rule]]\n"}, cache)
    assert not cache.kept
