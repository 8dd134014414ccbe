"""The one place where a value becomes a preview and a fingerprint; nothing keeps the value."""

from hashlib import blake2b

# Below this many characters even a few of them help a guess, so none is shown.
_SHOWN_FROM = 20
_SHOWN_CHARACTERS = 4


def preview(value: bytes) -> str:
    """A mask for people: the first four characters of a long value and its length, else dots."""
    if len(value) < _SHOWN_FROM:
        return "********"
    head = "".join(chr(b) if 32 < b < 127 else "?" for b in value[:_SHOWN_CHARACTERS])
    return f"{head}******** ({len(value)} characters)"


def fingerprint(key: bytes, value: bytes) -> str:
    """A keyed digest (BLAKE2b, RFC 7693) as 32 hex digits: equal for equal values under one key,
    and without the key no help in guessing the value. `key` is 1 to 64 bytes."""
    return blake2b(value, key=key, digest_size=16, person=b"kirosafe-find").hexdigest()
