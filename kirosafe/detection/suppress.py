"""Inline markers: a comment by which whoever wrote a line asks scanners to let it be.

A marker quiets a report and exposes nothing: the finding is kept, counted, and lifted by
`--no-suppressions`. Only markers for one line count; markers that open a block or silence a
rest of a file do not, because one stray line would then hide everything after it.

Where a marker may stand follows the tool that it belongs to (looked up 2026-11):

- ours: `kirosafe:allow` on the finding's line, `kirosafe:allow-next-line` on the line before;
- `gitleaks:allow`, `betterleaks:allow`: anywhere on the line (betterleaks, `allowSignatures` in
  its scan package; it takes both spellings, gitleaks only its own, since 8.10);
- `trufflehog:ignore`: anywhere on the line (its engine's tests for ignored lines);
- `kingfisher:ignore`, in any case of letters (kingfisher-scanner 1.3.0, context/inline_ignore);
- `ggignore`: anywhere on the line (ggshield pull request 35, 2021; issue 381, 2022);
- `pragma: allowlist secret`, `pragma: whitelist secret`: in a comment, and `pragma: allowlist
  nextline secret` in a comment with nothing before it (detect-secrets 1.5.0, filters/allowlist);
- `secretlint-disable-line` and, on the line before, `secretlint-disable-next-line` (secretlint's
  filter for comments).

Not counted: `nosec` and `noqa`, which speak of code and not of secrets.

Only inside a comment? For detect-secrets, whose rule that is, yes. For the others no: they look
anywhere, one cannot tell a comment without knowing the language, and JSON has none. What is asked
for instead: the marker is a word of its own, on a line short enough for a person to have written
it. What follows a marker may be a reason; it is for those who read the file and is never repeated
in a report, since people put the old value there.
"""

import re
from functools import lru_cache

MAX_LINE = 4096
"""Bytes in a line that a marker can speak for; a longer one is not a line that somebody wrote."""


def inline_marker(line: bytes, previous_line: bytes = b"") -> str:
    """The name of the marker that quiets a finding on `line`; "" if there is none.

    Lines are given with or without their ends. The name is one of the spellings above, whatever
    the case of its letters was.
    """
    return _named(_on_the_line(), line) or _named(_on_the_line_before(), previous_line)


def _named(marker: re.Pattern[bytes], line: bytes) -> str:
    found = marker.search(line) if len(line) <= MAX_LINE else None
    if found is None:
        return ""
    if found["word"]:
        return found["word"].decode().lower()
    spelling = b"whitelist" if b"white" in found[0] else b"allowlist"
    nextline = b"nextline " if b"nextline" in found[0] else b""
    return (b"pragma: " + spelling + b" " + nextline + b"secret").decode()


# Compiled on the first finding: a clean scan has none and pays for neither.


@lru_cache(maxsize=1)
def _on_the_line() -> re.Pattern[bytes]:
    return re.compile(
        rb"(?<![\w:-])(?P<word>(?:kirosafe|gitleaks|betterleaks):allow"
        rb"|trufflehog:ignore|(?i:kingfisher:ignore)|ggignore|secretlint-disable-line)(?![\w-])"
        rb"|(?:#|//|/\*|'|--|<!--)[# \t]*pragma: ?(?:allow|white)list[ -]secret"
    )


@lru_cache(maxsize=1)
def _on_the_line_before() -> re.Pattern[bytes]:
    return re.compile(
        rb"(?<![\w:-])(?P<word>kirosafe:allow-next-line|secretlint-disable-next-line)(?![\w-])"
        rb"|^[ \t]*(?:#|//|/\*|'|--|<!--)[# \t]*pragma: ?allowlist[ -]nextline[ -]secret"
    )
