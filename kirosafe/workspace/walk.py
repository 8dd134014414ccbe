"""Walks a work tree: every file that Kiro could read, ignored ones included."""

import os
from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import NamedTuple

from kirosafe.errors import UsageError
from kirosafe.model.folder import BulkFolder
from kirosafe.model.skipped import Skipped, SkipReason
from kirosafe.model.source import Depth
from kirosafe.workspace.beneath import Beneath, is_regular, skip_of
from kirosafe.workspace.links import judge_link
from kirosafe.workspace.read import FileSource

_NAME = attrgetter("name")

# Folders within folders. Real trees stay below 40; a tree beyond this was made to hurt.
MAX_DEPTH = 250

# Of git's own files, those in which people keep secrets: remote URLs with passwords, headers.
_GIT_CONFIGS = frozenset({"config", "config.worktree"})

# What every git directory has in it: a file and two folders.
_GIT_PARTS = frozenset({"HEAD", "objects", "refs"})
_HEX = frozenset("0123456789abcdef")


class Root(NamedTuple):
    """One path to scan, as typed, and what it stands for.

    `shown` begins the path of everything beneath it ("" for the current folder). `real` is its
    absolute path without links. `base` is the folder in which the chains of ignore files begin:
    the root itself, or, for a file, the current folder when the file lies in it, else its own.
    """

    shown: str
    real: str
    base: str
    is_file: bool


# A folder still to be walked: path relative to the root ("" for the root), level, whether it is
# bulk for sure, the kinds of bulk folder it may turn out to be, whether it lies in a `.git`. A
# plain tuple: there is one per folder, and a named one takes six times as long to make.
_Folder = tuple[str, int, bool, tuple[BulkFolder, ...], bool]


class WorkTree:
    """Finds files beneath roots; implements `kirosafe.app.ports.Tree`.

    Attributes, complete once `sources` is exhausted: `files` and `bulk_files` (of these, the
    ones in dependency and build folders) count what was yielded to be read; `roots` are the roots
    that are walked; `repositories` holds, for each folder with a `.git` in it, its path as shown.
    """

    def __init__(self, bulk_folders: Iterable[BulkFolder] = ()) -> None:
        """`bulk_folders` are the kinds of folder whose files are `Depth.BULK`."""
        self._kinds: dict[str, tuple[BulkFolder, ...]] = {}
        for kind in bulk_folders:
            self._kinds[kind.name] = (*self._kinds.get(kind.name, ()), kind)
        self.files = 0
        self.bulk_files = 0
        self.roots: Sequence[Root] = ()
        self.repositories: set[str] = set()

    def sources(self, roots: Sequence[str]) -> Iterator[FileSource | Skipped]:
        """Every file beneath `roots`, and what cannot be looked at; see the port.

        In each folder files come before folders, both by name. A root within another one is
        not walked by itself. Raises `UsageError` for a root that does not exist, before it walks.
        """
        self.roots = _distinct([_root(typed) for typed in roots])
        for root in self.roots:
            yield from self._file_root(root) if root.is_file else self._walk(root)

    def _file_root(self, root: Root) -> Iterator[FileSource | Skipped]:
        """The one file that a root is, if it is one."""
        folder, _, name = root.real.rpartition("/")
        try:
            if os.path.islink(root.real):  # links were resolved: only a loop is left
                yield Skipped(root.shown, SkipReason.SYMLINK_LOOP)
                return
            if not is_regular(os.lstat(root.real).st_mode):
                yield Skipped(root.shown, SkipReason.NOT_A_FILE)
                return
            beneath = Beneath(folder or "/")
        except FileNotFoundError:
            yield Skipped(root.shown, SkipReason.SYMLINK_DANGLING)
            return
        except OSError as error:
            yield skip_of(root.shown, error)
            return
        self.files += 1
        yield FileSource(beneath, "", name, root.shown, Depth.FULL)

    def _walk(self, root: Root) -> Iterator[FileSource | Skipped]:
        """Everything beneath a folder, depth first."""
        try:
            beneath = Beneath(root.real)
        except OSError as error:
            yield skip_of(root.shown or ".", error)
            return
        prefix = root.shown if root.shown in ("", "/") else root.shown + "/"
        todo: list[_Folder] = [("", 0, False, (), False)]
        while todo:
            folder = todo.pop()
            if folder[1] > MAX_DEPTH:
                yield Skipped(prefix + folder[0], SkipReason.TOO_DEEP)
            else:
                yield from self._list(beneath, prefix, folder, todo)

    def _list(
        self, beneath: Beneath, prefix: str, folder: _Folder, todo: list[_Folder]
    ) -> Sequence[FileSource | Skipped]:
        """One folder's files and gaps; its folders go onto `todo`, the first one on top."""
        path, level, bulk, kinds, in_git = folder
        shown = prefix + path if path else prefix[:-1] or prefix
        try:
            with os.scandir(beneath.descriptor(path).fd) as listing:
                entries = sorted(listing, key=_NAME)
        except OSError as error:
            return (skip_of(shown or ".", error),)
        names = {entry.name for entry in entries}
        if ".git" in names:
            self.repositories.add(shown)
        for kind in kinds:
            bulk = bulk or not names.isdisjoint(kind.inside)
        git_dir = names >= _GIT_PARTS and _is_git_dir(beneath, path, entries, in_git)
        # A `.git` that git would not take for a repository hides nothing from us.
        in_git = in_git and (git_dir or not path.endswith(".git"))
        here = shown + "/" if path or shown not in ("", "/") else shown
        depth = Depth.BULK if bulk else Depth.FULL
        found: list[FileSource | Skipped] = []
        gaps: list[Skipped] = []
        folders: list[str] = []
        for entry in entries:
            name = entry.name
            if entry.is_file(follow_symlinks=False):
                if not in_git or (git_dir and name in _GIT_CONFIGS):
                    found.append(FileSource(beneath, path, name, here + name, depth))
            elif entry.is_dir(follow_symlinks=False):
                if not git_dir or (name != "objects" and (not in_git or name == "modules")):
                    folders.append(name)
            elif not in_git:
                gap = _gap(beneath, path, entry)
                if gap is not None:
                    gaps.append(Skipped(here + name, gap))
        self.files += len(found)
        if bulk:
            self.bulk_files += len(found)
        above = path + "/" if path else ""
        for name in reversed(folders):
            its_kinds = self._kinds.get(name, ())
            sure = bulk or (its_kinds != () and any(_sure(kind, names) for kind in its_kinds))
            todo.append((above + name, level + 1, sure, its_kinds, in_git or name == ".git"))
        return [*found, *gaps] if gaps else found


def _is_git_dir(
    beneath: Beneath, path: str, entries: Iterable["os.DirEntry[str]"], in_git: bool
) -> bool:
    """Whether a folder with the names of a git directory in it is one.

    Outside `.git` a folder of a work tree may only look like one, and git would take what lies in
    its `objects`; so there nothing may lie but what git makes itself.
    """
    for entry in entries:
        if entry.name == "HEAD" and not entry.is_file(follow_symlinks=False):
            return False
        if entry.name in ("objects", "refs") and not entry.is_dir(follow_symlinks=False):
            return False
    if in_git:
        return True
    try:
        folder = beneath.descriptor(path + "/objects" if path else "objects")
        with os.scandir(folder.fd) as listing:
            return all(
                _is_object_folder(entry.name) and entry.is_dir(follow_symlinks=False)
                for entry in listing
            )
    except OSError:
        return False  # the walk will say why


def _is_object_folder(name: str) -> bool:
    """Whether git makes folders of this name in `objects` (gitrepository-layout(5), 2026-11)."""
    return name in ("pack", "info") or (len(name) == 2 and _HEX.issuperset(name))


def _sure(kind: BulkFolder, siblings: set[str]) -> bool:
    """Whether a folder is of this kind by its name or by what lies beside it."""
    if kind.beside:
        return not siblings.isdisjoint(kind.beside)
    return not kind.inside


def _gap(beneath: Beneath, folder: str, entry: "os.DirEntry[str]") -> SkipReason | None:
    """What an entry that is neither file nor folder leaves unseen."""
    if not entry.is_symlink():
        return SkipReason.NOT_A_FILE
    return judge_link(beneath.folder, folder, entry.name)


def _distinct(roots: Sequence[Root]) -> list[Root]:
    """Without the roots that another one covers; of equal ones the first stays."""
    return [
        root
        for at, root in enumerate(roots)
        if not any(
            _within(root.real, other) and (root.real != other.real or before < at)
            for before, other in enumerate(roots)
            if before != at
        )
    ]


def _within(path: str, root: Root) -> bool:
    """Whether walking `root` meets `path`."""
    if root.is_file or path == root.real:
        return path == root.real
    beneath = root.real.rstrip("/") + "/"
    # What an earlier root left out by rule, the user asks for now by name.
    return path.startswith(beneath) and ".git" not in path[len(beneath) :].split("/")


def _root(typed: str) -> Root:
    """What the user means by `typed`; `UsageError` when there is no such thing."""
    if not typed or not os.path.lexists(typed):
        raise UsageError(
            f"There is no file or folder '{_printable(typed)}'.",
            "Check the spelling, or leave the path out to scan the current folder.",
        )
    shown = typed
    while shown.startswith("./"):
        shown = shown[2:].lstrip("/")
    shown = shown.rstrip("/") or ("/" if typed.startswith("/") else "")
    shown = "" if shown == "." else shown
    # The user typed this link, so this one is followed.
    real = os.path.realpath(typed)
    if os.path.isdir(real):
        return Root(shown, real, real, False)
    here = os.path.realpath(".")
    base = here if real.startswith(here.rstrip("/") + "/") else os.path.dirname(real)
    return Root(shown, real, base, True)


def _printable(path: str) -> str:
    """`path` in one line, with nothing in it that a terminal would obey."""
    return path.encode("unicode_escape", "backslashreplace").decode("ascii")
