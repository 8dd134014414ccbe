"""Checks a match must pass to be taken for a live secret. A rule names its: `gates = ["mixed"]`.

A gate sees the value, the line it stands on and its own argument, and answers yes or no. Gates
are cheap and go first; detect-secrets, which costs a long import, is asked last
(docs/decisions/0004-detect-secrets.md).
"""

import re
from binascii import a2b_base64, crc32
from collections.abc import Callable
from itertools import pairwise
from math import log2
from typing import Any

Gate = Callable[[bytes, bytes, str], bool]


class _Lazy:
    """An expression that is compiled when first used: most runs need none of these, and all of
    them together cost a clean scan 4 ms (CPython 3.11, 2026-11-22)."""

    def __init__(self, expression: bytes, flags: int = 0) -> None:
        self._source = expression, flags

    def __getattr__(self, name: str) -> Any:
        compiled = re.compile(*self._source)
        self.search, self.findall = compiled.search, compiled.findall
        return getattr(self, name)


_PLACEHOLDER_WORDS = _Lazy(
    rb"example|changeme|change[_ -]me|placeholder|your[_ -]|[_ -]here\b|dummy|sample|xxxx|redacted"
    rb"|insert[_ -]|replace[_ -]?(?:me|with|this)|todo|fixme|not[_ -]?(?:a[_ -])?real|fake|foobar"
    rb"|lorem|deadbeef|\.\.\.\.|abcd1234|1234abcd|secretsecret|asdf|qwerty|<[^>]*>|\*\*\*"
    rb"|^(?:none|null|nil|undefined|true|false|yes|no|empty|default|required|optional|string)$",
    re.I,
)
_TEMPLATE = _Lazy(
    rb"^\$\{?\w|^\{\{|\{\{.*\}\}|^\{%|^%[({]|^%\w+%$|^\$\(|^<|^\[[^\]]*\]$|^__\w+__$|^@@?\w+@@?$"
    rb"|\$\{\w|^#\{|^\{\w*\}$|^%[sdr]"
)
_HASH_CONTEXT = _Lazy(
    rb"sha[-_]?(?:1|2|3|224|256|384|512)|\bmd5|checksum|integrity|digest|\bhash|commit|revision"
    rb"|\betag|fingerprint|\bnonce|\buuid|\bguid|\bcrc",
    re.I,
)
_CODE = _Lazy(
    rb"^[A-Za-z_]\w*(?:(?:\.[A-Za-z_]\w*)+(?:$|[\[(]|->)|\[|\(|->|::)"  # os.environ[…], a.b, get(…)
    rb"|^[\w.]*\([^)]*\)?$"
    rb"|^(?:\.{0,2}/|~/|[A-Za-z]:\\|--?[a-z])"  # paths and flags
    rb"|^[\w.-]+(?:/[\w.-]+)+/?$"  # a/b/c
    rb"|^[a-z][a-z0-9+.-]*://"
    rb"|^(?:self|this|request|params|config|settings|options|args|kwargs|env|process|os)\b"
    rb"|^(?:lambda|new|await|return|function|def|class|import|from|if|not|isinstance)\b"
    rb"|[<>=!]=|&&|\|\||=>|\\[A-Za-z]{2}|\s\+\s"
)
_CAMEL = _Lazy(rb"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
# The letter pairs that make up three quarters of running English text. Any large English corpus
# gives this list to within a few ranks; computed from words of the kind found in identifiers.
_COMMON_PAIRS = frozenset(
    bytes(pair, "ascii")
    for pair in (
        "th he in er an re on at en nd ti es or te of ed is it al ar st to nt ng se ha as ou io le"
        " ve co me de hi ri ro ic ne ea ra ce li ch ll be ma si om ur ca el ta la ns di fo ho pe ec"
        " pr no ct us ac ot il tr ly nc et ut ss so rs un lo wa ge ie wh ee wi em ad ol rt po we na"
        " ul ni ts mo ow pa im mi ai sh ir su id os iv ia am fi ci vi pl ig tu ev ld ry mp fe bl ab"
        " gh ty op wo sa ay ex ke fr oo av ag if ap gr od bo sp rd do uc bu ei ov by rm ep tt oc fa"
        " ef cu rn sc gi da yo cr cl du ga qu ue ff ba ey ls va um pp ua up lu go ht ru ug ds lt pi"
        " rc rr eg au ck ew mu br bi pt ak pu ui rg ib tl ny ki rk ys ob mm fu ph og ms ye ud mb ip"
        " ub oi rl gu dr hr cc tw ft wn nu af hu nn eo vo rv nf xp gn sm fl iz ok nl my gl aw ju oa"
        " eq sy sl ps jo lf nv je nk kn gs dy hy ze ks xt bs ik dd pt rp sk xi oe oy ws"
    ).split()
)


def entropy(value: bytes) -> float:
    """Shannon entropy of `value` in bits per byte; 0.0 for nothing."""
    total = len(value)
    counts = (value.count(byte) for byte in set(value))
    return -sum(n / total * log2(n / total) for n in counts) if total else 0.0


def longest_sequence(value: bytes) -> int:
    """Length of the longest run in which each byte is its neighbour plus (or minus) one."""
    best = 0
    for step in (1, -1):
        run = 1
        for before, after in pairwise(value):
            run = run + 1 if after - before == step else 1
            best = max(best, run)
    return best


def english_share(word: bytes) -> float:
    """Share of the letter pairs in `word` that are common in English: words near 0.8, noise 0.3."""
    lower = word.lower()
    pairs = [lower[i : i + 2] for i in range(len(lower) - 1)]
    return sum(pair in _COMMON_PAIRS for pair in pairs) / len(pairs) if pairs else 1.0


def _entropy_at_least(value: bytes, _line: bytes, argument: str) -> bool:
    return entropy(value) >= float(argument)


def _min_length(value: bytes, _line: bytes, argument: str) -> bool:
    return len(value) >= int(argument)


def _distinct(value: bytes, _line: bytes, argument: str) -> bool:
    return len(set(value)) >= int(argument)


def _not_placeholder(value: bytes, _line: bytes, _argument: str) -> bool:
    """Not an example, a template variable, a repeated character or a stretch of the alphabet."""
    if len(set(value)) < min(4, len(value)):
        return False
    if _PLACEHOLDER_WORDS.search(value) or _TEMPLATE.search(value):
        return False
    return longest_sequence(value) < max(7, len(value) // 4)


def _not_example(value: bytes, _line: bytes, _argument: str) -> bool:
    """Not marked EXAMPLE as in vendors' documentation: for long values, in which the shorter words
    of `not-placeholder` turn up by chance."""
    return b"EXAMPLE" not in value


def _mixed(value: bytes, _line: bytes, _argument: str) -> bool:
    return len(value.translate(None, b"0123456789")) < len(value) and value.lower() != value.upper()


def _not_word(value: bytes, _line: bytes, _argument: str) -> bool:
    """Not prose and not an identifier made of words, digits in passing allowed (`oauth2_token`)."""
    if b" " in value.strip():
        return False
    parts = _CAMEL.findall(value)
    letters = b"".join(part for part in parts if not part.isdigit())
    digits = sum(len(part) for part in parts if part.isdigit())
    symbols = len(value) - len(letters) - digits
    if digits > 4 or symbols > len(value) // 3 or len(parts) > max(3, len(value) // 3):
        return True
    words = [part for part in parts if len(part) > 2 and not part.isdigit()]
    covered = sum(len(word) for word in words)
    if covered < len(letters) * 0.7:
        return True
    return sum(english_share(word) * len(word) for word in words) < 0.55 * covered


def _not_hash_context(_value: bytes, line: bytes, _argument: str) -> bool:
    return not _HASH_CONTEXT.search(line)


def _not_code(value: bytes, _line: bytes, _argument: str) -> bool:
    return not _CODE.search(value)


def _jwt(value: bytes, _line: bytes, _argument: str) -> bool:
    """The first part decodes to a JSON header that names an algorithm (RFC 7515 §4.1.1)."""
    header = value.split(b".", 1)[0].translate(bytes.maketrans(b"-_", b"+/"))
    try:
        decoded = a2b_base64(header + b"=" * (-len(header) % 4))
    except ValueError:
        return False
    return decoded.lstrip().startswith(b"{") and b'"alg"' in decoded


_BASE62 = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def base62_crc32(payload: bytes) -> bytes:
    """CRC-32 of `payload` as six base-62 digits, as GitHub ends its classic tokens.

    Source: "Behind GitHub's new authentication token formats", github.blog, 2021-04-05.
    """
    number, digits = crc32(payload), bytearray()
    for _ in range(6):
        number, digit = divmod(number, 62)
        digits.append(_BASE62[digit])
    return bytes(reversed(digits))


def _github_checksum(value: bytes, _line: bytes, _argument: str) -> bool:
    return base62_crc32(value[4:-6]) == value[-6:]


GATES: dict[str, Gate] = {
    "distinct": _distinct,
    "entropy": _entropy_at_least,
    "github-checksum": _github_checksum,
    "jwt": _jwt,
    "min-length": _min_length,
    "mixed": _mixed,
    "not-code": _not_code,
    "not-example": _not_example,
    "not-hash-context": _not_hash_context,
    "not-placeholder": _not_placeholder,
    "not-word": _not_word,
}
_NUMERIC = frozenset({"distinct", "entropy", "min-length"})


def known_gate(spec: str) -> bool:
    """Whether `spec` ("entropy:3.5", "mixed") names a gate and carries the argument it needs."""
    name, _, argument = spec.partition(":")
    if name not in GATES:
        return False
    if name not in _NUMERIC:
        return not argument
    try:
        return float(argument) > 0
    except ValueError:
        return False


def passes(specs: tuple[str, ...], value: bytes, line: bytes) -> bool:
    """Whether `value`, found on `line`, passes every gate in `specs`."""
    for spec in specs:
        name, _, argument = spec.partition(":")
        if not GATES[name](value, line, argument):
            return False
    return True
