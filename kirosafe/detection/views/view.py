"""The values that all views share: the derived bytes, and how far deriving may go."""

from typing import NamedTuple

KIB = 1024
MIB = 1024 * KIB


class View(NamedTuple):
    """Bytes derived from a source, to be scanned like the source itself.

    `via` are the steps from the source, outermost first: ("base64",), ("zip:conf/app.ini",
    "gzip"). `path` is the name to judge the file type by: the member's name, or the source's
    path; it comes from a hostile file, is for showing and matching, and is never opened. `line`
    is the line in the source (from 1) at which the derived text begins, or 0 when the lines of
    the view itself are the honest answer.
    """

    via: tuple[str, ...]
    path: str
    data: bytes
    line: int = 0


class Limits(NamedTuple):
    """How far views go on one source. All sizes are in bytes.

    `depth`: containers within containers, and encodings within encodings; real secrets sit at
    most at tar in zip in jar, and each level multiplies the work of the one before.
    `decoded_bytes`: encoded text decoded for one source; a scanner without such a budget was seen
    to take 24 GB at decode depth 5 (gitleaks#2019).
    `encoded_reach`: how far the text around a hit is decoded, each way; holds a private key
    or a credentials file.
    `container_bytes`: a container larger than this is not held in memory.
    `unpacked_bytes`: what may come out of one source in all, over every level; bounds the
    time that one small hostile file can take, at the cost of large archives said to be cut short.
    `member_bytes`: what is kept of one member; the start of a longer one is looked at, the rest
    is said to be skipped. Held whole, once for each level of depth, so it bounds peak memory;
    configuration and code with secrets in it are far smaller.
    `members`: directory entries, so that a million empty members do not cost a million reads.
    `ratio`: what may come out for each byte that went in; text seldom exceeds 20, deflate can
    reach 1032, overlapping zip entries millions. `ratio_floor` may always come out, because small
    files of blanks compress beyond any ratio.
    `notebook_bytes`: a larger notebook is scanned as plain text only, as
    is one of more than `members` cells and outputs; a megabyte takes seconds to take apart.
    `database_steps`: virtual machine instructions for one database (tens of millions a second),
    a bound on time that needs no clock.
    """

    depth: int = 3
    decoded_bytes: int = 8 * MIB
    encoded_reach: int = 16 * KIB
    container_bytes: int = 64 * MIB
    unpacked_bytes: int = 64 * MIB
    member_bytes: int = 16 * MIB
    members: int = 10_000
    ratio: int = 200
    ratio_floor: int = 4 * MIB
    notebook_bytes: int = 8 * MIB
    database_steps: int = 50_000_000


class Budget:
    """What may still come out of one source; shared by all its containers, at every level."""

    def __init__(self, limits: Limits) -> None:
        self.bytes = limits.unpacked_bytes
        self.members = limits.members

    def take(self, size: int) -> int:
        """Use up to `size` bytes; how many of them were still there."""
        taken = min(size, self.bytes)
        self.bytes -= taken
        return taken
