"""Secrets for tests, made at run time so that none stands in the tree.

All come from a seeded generator: the same test always sees the same values.
"""

import zlib
from random import Random

_UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DIGITS = "0123456789"
_BASE32 = _UPPER + "234567"
_BASE62 = _DIGITS + _UPPER + _UPPER.lower()
_BASE64 = _UPPER + _UPPER.lower() + _DIGITS + "+/"


class Keys:
    """A stream of well-shaped secrets that open nothing."""

    def __init__(self, seed: int = 0) -> None:
        self.random = Random(seed)

    def text(self, length: int, alphabet: str = _BASE62) -> str:
        """`length` random characters of `alphabet`."""
        return "".join(self.random.choices(alphabet, k=length))

    def hex(self, length: int) -> str:
        """`length` random lower-case hexadecimal digits."""
        return self.text(length, _DIGITS + "abcdef")

    def mixed(self, length: int, alphabet: str = _BASE62) -> str:
        """Like `text`, with at least one upper-case letter, lower-case letter and digit."""
        while True:
            value = self.text(length, alphabet)
            if all(any(test(c) for c in value) for test in (str.isupper, str.islower, str.isdigit)):
                return value

    def aws_id(self, prefix: str = "AKIA") -> str:
        """An access key id: `prefix` and sixteen base-32 characters."""
        return prefix + self.text(16, _BASE32)

    def aws_secret(self) -> str:
        """A secret access key: forty base-64 characters, neither end a symbol."""
        return self.text(1) + self.mixed(38, _BASE64) + self.text(1)

    def aws_session_token(self, length: int = 356) -> str:
        """A session token as STS has given them out since 2019: `IQoJb3JpZ2luX2Vj…`."""
        return "IQoJ" + "b3JpZ2lu" + "X2Vj" + self.mixed(length - 16, _BASE64)

    def github_token(self, prefix: str = "ghp_") -> str:
        """A classic token: thirty random characters and the CRC-32 of them in base 62."""
        body = self.mixed(30)
        return prefix + body + base62_crc32(body)

    def private_key(self, kind: str = "RSA") -> str:
        """PEM armour of `kind` around random base 64; not a key that any library would load."""
        lines = "\n".join(self.mixed(64, _BASE64) for _ in range(12))
        armour = f"{kind} PRIVATE KEY-----".lstrip()
        return f"-----BEGIN {armour}\n{lines}\n-----END {armour}\n"

    def password(self, length: int = 16) -> str:
        """A password a person's password manager could have made; no quotes or blanks."""
        return self.mixed(length - 2) + self.text(2, "!%*+-_^")


def base62_crc32(body: str) -> str:
    """GitHub's six-character check of a token's body."""
    number, digits = zlib.crc32(body.encode()), ""
    while number:
        number, digit = divmod(number, 62)
        digits = _BASE62[digit] + digits
    return digits.rjust(6, "0")
