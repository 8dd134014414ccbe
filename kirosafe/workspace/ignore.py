"""What git and Kiro are told to leave alone: implements `kirosafe.app.ports.IgnoreRules`."""

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from kirosafe.model.finding import IgnoreVerdict
from kirosafe.workspace.beneath import Beneath
from kirosafe.workspace.git import (
    Git,
    global_excludes_file,
    index_contents,
    perhaps_tracked,
    read_linked,
)
from kirosafe.workspace.gitrun import GitFailed, Limits, PrivateFolder
from kirosafe.workspace.patterns import Chain, Deciding, IgnoreFile, parse_ignore_file
from kirosafe.workspace.repository import (
    Repository,
    has_special_ignore_file,
    read_or_none,
    repository_at,
    scanned_folders,
)
from kirosafe.workspace.walk import Root, WorkTree

# git itself gives up on pattern files of 100 MB; honest ones stay below 100 KB.
_MOST_PATTERNS = 1 << 20

# Times git is asked again after a path that it refuses, before the rest is evaluated without it.
_MOST_REFUSALS = 20


class _Place(NamedTuple):
    """One path to judge: as reported, its root, and where it really lies (absolute)."""

    path: str
    root: Root
    real: str


class IgnoreFiles:
    """Asks git where there is a repository, and evaluates ignore files where there is none.

    `notes` collects, as sentences for the report, where an answer is less than git's own.
    """

    def __init__(self, tree: WorkTree, home: str, environ: Mapping[str, str]) -> None:
        """`tree` tells what the paths mean; `home` and `environ` are the user's."""
        self._tree = tree
        # Without a home nothing is the user's own; a relative path could be the repository's.
        self._home = home if home.startswith("/") else os.devnull
        self._environ = environ
        self._repositories: dict[str, Repository | None] = {}
        self._owners: dict[tuple[str, str], Repository | None] = {}
        self._indexes: dict[str, list[bytes]] = {}
        self._kiro_chains: dict[str, Chain] = {}
        self._plain_chains: dict[str, Chain] = {}
        self._shared: Limits | None = None
        self._excludes: str | None = None
        self.notes: list[str] = []

    def verdicts(self, paths: Iterable[str]) -> Mapping[str, IgnoreVerdict]:
        """The verdict for each of `paths`, which are paths as the tree reported them."""
        groups: dict[Repository | str, list[_Place]] = {}
        for path in dict.fromkeys(paths):
            place = self._place(path)
            if place is not None:
                owner = self._repository(place) or place.root.base
                groups.setdefault(owner, []).append(place)
        verdicts: dict[str, IgnoreVerdict] = {}
        for owner, places in groups.items():
            if isinstance(owner, Repository):
                decided = self._in_repository(owner, places)
            else:
                decided = self._outside(owner, places)
            for place, (committable, line) in zip(places, decided, strict=True):
                verdicts[place.path] = IgnoreVerdict(committable, line, self._kiro(place))
        self._note_exhausted()
        return verdicts

    def _place(self, path: str) -> _Place | None:
        """The root that `path` was reported for; None for a path that the tree never reported."""
        best: Root | None = None
        for root in self._tree.roots:
            if root.is_file:
                if root.shown == path:
                    return _Place(path, root, root.real)
                continue
            prefix = root.shown if root.shown in ("", "/") else root.shown + "/"
            absolute = path.startswith("/") and not prefix
            if path.startswith(prefix) and not absolute:
                best = root if best is None or len(root.shown) > len(best.shown) else best
        if best is None:
            return None
        below = path[len(best.shown) :].lstrip("/")
        return _Place(path, best, os.path.join(best.real, below))

    # --- git -------------------------------------------------------------------------------

    def _repository(self, place: _Place) -> Repository | None:
        """The innermost repository that holds the path."""
        key = (place.root.real, os.path.dirname(place.real))
        if key not in self._owners:
            self._owners[key] = self._owner(place.root, key[1])
        return self._owners[key]

    def _owner(self, root: Root, folder: str) -> Repository | None:
        """The innermost repository that holds `folder`, looking upwards as git does.

        Within the root only folders in which the walk saw a `.git` are looked at.
        """
        while True:
            within = not root.is_file and len(folder) >= len(root.real)
            if not within or self._shown(root, folder) in self._tree.repositories:
                if folder not in self._repositories:
                    self._repositories[folder] = repository_at(folder)
                found = self._repositories[folder]
                if found is not None:
                    return found
            above = os.path.dirname(folder)
            if above == folder:
                return None
            folder = above

    @staticmethod
    def _shown(root: Root, folder: str) -> str:
        """A folder within `root` as the tree reports it."""
        below = folder[len(root.real) :].strip("/")
        return "/".join(part for part in (root.shown.rstrip("/"), below) if part) or root.shown

    def _in_repository(
        self, repository: Repository, places: Sequence[_Place]
    ) -> list[tuple[bool, str | None]]:
        """Committable and deciding line for each place, from git or, failing that, without it."""
        start = len(repository.top.rstrip("/")) + 1
        relative = [place.real[start:] for place in places]
        answers: dict[str, tuple[str, int, str]] = {}
        # git takes no path with a `.git` in it, in whatever case, and need not be asked.
        asked = [path for path in relative if not _in_git(path)]
        git = None
        try:
            with PrivateFolder(self._environ) as private:
                if asked:
                    excludes = self._global_excludes()
                    if has_special_ignore_file(repository.top, asked):
                        raise GitFailed("a .gitignore is no regular file")
                    limits = self._limits()
                    git = Git(repository, private, self._environ, self._home, excludes, limits)
                    self._ask(git, asked, answers)
        except (GitFailed, OSError) as error:
            why = error.why if isinstance(error, GitFailed) else error.strerror
            self._note(
                f"{self._abbreviated(repository.top)}: {why}; its ignore files were "
                "evaluated without git."
            )
        verdicts: list[tuple[bool, str | None]] = []
        for place, path in zip(places, relative, strict=True):
            if _in_git(path):
                verdicts.append((False, None))
            elif path in answers and git is not None:
                verdicts.append(self._answer(git, repository, place, answers[path]))
            else:
                verdicts.append(self._without_git(repository, place, path))
        return verdicts

    def _ask(
        self, git: Git, paths: Sequence[str], answers: dict[str, tuple[str, int, str]]
    ) -> None:
        """Collects git's answers, leaving out the paths that it refuses to answer for."""
        at = 0
        for _ in range(_MOST_REFUSALS):
            got = git.check_ignore(paths[at:])
            answers.update(zip(paths[at:], got, strict=False))
            at += len(got) + 1
            if not answers:
                raise GitFailed("git refused to answer")
            if at >= len(paths):
                return
        raise GitFailed("git refused to answer for many paths")

    def _answer(
        self, git: Git, repository: Repository, place: _Place, answer: tuple[str, int, str]
    ) -> tuple[bool, str | None]:
        """git's answer for one path in the report's terms."""
        source, number, pattern = answer
        if not source or pattern.startswith("!"):
            return True, None
        path = os.path.join(repository.top, source)
        if path == git.exclude:
            path = os.path.join(repository.common, "info", "exclude")
        # A file that the repository's settings point at could be any of the user's files.
        if path == git.excludes and git.excludes_named_by_repository:
            return False, f"{self._source(place.root, path)}:{number}"
        return False, f"{self._source(place.root, path)}:{number}: {pattern}"

    def _without_git(
        self, repository: Repository, place: _Place, path: str
    ) -> tuple[bool, str | None]:
        """The same as git's, but for tracked files, of which it only knows that they may be."""
        chain = self._plain_chains.get(repository.top)
        if chain is None:
            exclude = os.path.join(repository.common, "info", "exclude")
            data = read_or_none(exclude, _MOST_PATTERNS)
            further = [] if data is None else [parse_ignore_file(exclude, data)]
            chain = self._chain(repository.top, ".gitignore", [*further, *self._global_files()])
            self._plain_chains[repository.top] = chain
        line = self._line(place.root, chain.deciding(path))
        if line is None:
            return True, None
        if repository.top not in self._indexes:
            self._indexes[repository.top] = index_contents(repository)
        return perhaps_tracked(self._indexes[repository.top], path), line

    # --- outside git, and Kiro ----------------------------------------------------------------

    def _outside(self, base: str, places: Sequence[_Place]) -> list[tuple[bool, str | None]]:
        """As git would answer after `git init` in `base`."""
        chain = self._plain_chains.get(base)
        if chain is None:
            chain = self._plain_chains[base] = self._chain(base, ".gitignore", self._global_files())
        verdicts: list[tuple[bool, str | None]] = []
        for place in places:
            path = place.real[len(base.rstrip("/")) + 1 :]
            line = None if _in_git(path) else self._line(place.root, chain.deciding(path))
            verdicts.append((line is None and not _in_git(path), line))
        return verdicts

    def _kiro(self, place: _Place) -> str | None:
        """The line of the `.kiroignore` chain that keeps Kiro's file tools from the path.

        The user's own file counts in the IDE alone (kiro.dev, kiroignore page, 2026-11).
        """
        base = place.root.base
        chain = self._kiro_chains.get(base)
        if chain is None:
            own = os.path.join(self._home, ".kiro", "settings", "kiroignore")
            data = read_linked(own)
            further = [parse_ignore_file(own, data)] if data else []
            chain = self._kiro_chains[base] = self._chain(base, ".kiroignore", further)
        return self._line(place.root, chain.deciding(place.real[len(base.rstrip("/")) + 1 :]))

    def _chain(self, top: str, name: str, further: Sequence[IgnoreFile]) -> Chain:
        """The chain of the ignore files called `name` from the folder `top` down."""
        try:
            beneath = Beneath(top)
        except OSError:
            return Chain(lambda folder: None, further)

        def read(folder: str) -> IgnoreFile | None:
            data = beneath.read(folder, name, _MOST_PATTERNS)
            return parse_ignore_file(os.path.join(top, folder, name), data) if data else None

        return Chain(read, further)

    # --- shared -------------------------------------------------------------------------------

    def _global_excludes(self) -> str:
        """The path of the user's own git excludes file, which need not exist."""
        if self._excludes is None:
            self._excludes = global_excludes_file(self._home, self._environ, self._limits())
        return self._excludes

    def _limits(self) -> Limits:
        """What all git calls share; made late, since the roots are known when they were walked."""
        if self._shared is None:
            self._shared = Limits(scanned_folders(root.real for root in self._tree.roots))
        return self._shared

    def _global_files(self) -> list[IgnoreFile]:
        """The user's own git excludes, where there are any."""
        path = self._global_excludes()
        data = read_linked(path)
        return [parse_ignore_file(path, data)] if data else []

    def _line(self, root: Root, decided: Deciding | None) -> str | None:
        """The deciding line as reports show it; None when the path is not ignored."""
        if decided is None or decided.negated:
            return None
        return f"{self._source(root, decided.source)}:{decided.number}: {decided.text}"

    def _source(self, root: Root, path: str) -> str:
        """An ignore file's path: relative to the root, else abbreviated with `~`."""
        base = root.base.rstrip("/") + "/"
        return path[len(base) :] if path.startswith(base) else self._abbreviated(path)

    def _abbreviated(self, path: str) -> str:
        """An absolute path with the user's home as `~`."""
        for home in (self._home, os.path.realpath(self._home)):
            beneath = home.rstrip("/") + "/"
            if path.startswith(beneath):
                return "~/" + path[len(beneath) :]
        return path

    def _note_exhausted(self) -> None:
        """Says it when patterns took so long that the rest was not evaluated."""
        chains = (*self._kiro_chains.values(), *self._plain_chains.values())
        if any(chain.exhausted for chain in chains):
            self._note(
                "Some ignore patterns took too long and were left out: paths that they "
                "ignore are shown as not ignored."
            )

    def _note(self, note: str) -> None:
        """Adds a note once."""
        if note not in self.notes:
            self.notes.append(note)


def _in_git(path: str) -> bool:
    """Whether a component of the path is one that git never takes: `.git`."""
    return ".git" in path.lower().split("/")
