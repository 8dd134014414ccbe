"""Folders full of other people's or generated files, which are looked at less closely."""

from typing import NamedTuple


class BulkFolder(NamedTuple):
    """One kind of dependency, build or cache folder, as read from `rules/folders.toml`.

    A folder called `name` counts when there is no marker at all, or when one of `inside` lies in
    it, or one of `beside` lies next to it. Markers are exact names. `why` is for people.
    """

    name: str
    why: str
    inside: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
