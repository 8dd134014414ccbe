"""Runs git so that nothing the scanned repository says can make it run something else.

Emptying the global and system configuration is not enough: the repository's own `core.fsmonitor`
still runs under `check-ignore` (reproduced with git 2.39, 2026-11). So git never sees the
repository's git directory: it gets a private one with our configuration, which borrows the index
and the object store. Hooks, filters, aliases, includes, pagers and `core.worktree` stand in files
that git does not open.
"""

import os
from collections.abc import Iterable, Mapping, Sequence, Set

from kirosafe.workspace.gitrun import (
    GitFailed,
    Limits,
    PrivateFolder,
    clean_environment,
    find_git,
    run_git,
)
from kirosafe.workspace.repository import Repository, config_bytes, read_or_none

# An index holds about 100 bytes a file; with its shared part, this is some 600,000 files.
_MOST_INDEX = 1 << 26

# Places in an index that may name its shared part; in honest ones the first from the end does,
# but for folders whose names end alike.
_MOST_LINKS = 4096
_MOST_EXCLUDE = 1 << 20

_SHARED = "sharedindex."

# How an index of version 4 begins.
_SHORTENED = b"DIRC\0\0\0\4"

# Bytes of an index per file, roughly, and the product of paths and files below which one
# `check-ignore` (25 ns each) is faster than two commands (4 ms more).
_ENTRY = 100
_FEW = 160_000


class Git:
    """git over one repository's index and objects, with a configuration of our own."""

    def __init__(
        self,
        repository: Repository,
        private: PrivateFolder,
        environ: Mapping[str, str],
        home: str,
        excludes_file: str,
        limits: Limits,
    ) -> None:
        """Fills `private` with a git directory.

        `environ` is the user's, for `PATH`; `excludes_file` the user's own, which a setting of the
        repository's replaces, as in git; `limits` holds for all calls. Raises `GitFailed`
        when git is missing, no time is left or the index is no plain file.
        """
        limits.check()
        self._limits = limits
        self.program = find_git(environ, (*limits.avoid, repository.top))
        self._private = private
        self._top = repository.top
        settings = config_settings(self.program, config_bytes(repository), private, limits)
        for name in ("objects", "refs", "info"):
            os.mkdir(os.path.join(private.path, name), 0o700)
        private.write("HEAD", b"ref: refs/heads/none\n")
        private.write("config", _config(settings))
        exclude = read_or_none(os.path.join(repository.common, "info", "exclude"), _MOST_EXCLUDE)
        self.exclude = private.write("info/exclude", exclude or b"")
        self._entries = 0
        for name, content in index_files(repository).items():
            private.write(name, content)
            self._entries += len(content) // _ENTRY
        own = settings.get("core.excludesfile")
        self.excludes = excludes_file if own is None else _plain_file(own, home, self._top)
        self.excludes_named_by_repository = own is not None
        self._environ = clean_environment(private.path)
        self._environ["GIT_DIR"] = private.path
        self._environ["GIT_WORK_TREE"] = repository.top
        # The index of a sparse checkout is unfolded from tree objects; nothing else needs them.
        self._environ["GIT_OBJECT_DIRECTORY"] = os.path.join(repository.common, "objects")

    def check_ignore(self, paths: Sequence[str]) -> list[tuple[str, int, str]]:
        """For each path (relative to the top) the deciding file, line and pattern, or "", 0, "".

        May be shorter than `paths`: git stops at a path it refuses, such as one within a submodule
        it does not know the work tree of. Raises `GitFailed`.
        """
        options = ["-z", "-v", "-n", "--stdin"]
        if len(paths) * self._entries <= _FEW:
            return self._check_ignore(options, paths)
        # For each path `check-ignore` goes through the whole index looking for submodules: a
        # second for 7,000 of each. Without the index it is fast, and what is tracked is asked once.
        status, output = self._run(["ls-files", "-z", "--cached"], [])
        if status != 0:
            raise GitFailed(f"git failed with status {status}")
        tracked = set(os.fsdecode(output).split("\0"))
        answers = self._check_ignore(["--no-index", *options], paths)
        return [
            ("", 0, "") if path in tracked else answer
            for path, answer in zip(paths, answers, strict=False)
        ]

    def _check_ignore(
        self, options: Sequence[str], paths: Sequence[str]
    ) -> list[tuple[str, int, str]]:
        """`check-ignore`, its answers taken apart."""
        status, output = self._run(["check-ignore", *options], paths)
        fields = output.split(b"\0")
        answers = [
            (os.fsdecode(fields[at]), int(fields[at + 1] or b"0"), os.fsdecode(fields[at + 2]))
            for at in range(0, len(fields) - 4, 4)
        ]
        # 0 and 1 say whether one was ignored; 128 is a refusal, which may come at any path.
        if status not in (0, 1, 128) or (status != 128 and len(answers) != len(paths)):
            raise GitFailed(f"git failed with status {status}")
        return answers

    def _run(self, arguments: Sequence[str], paths: Sequence[str]) -> tuple[int, bytes]:
        """One git command in the work tree, with `paths` as its input."""
        name = self._private.write(f"paths-{os.urandom(6).hex()}", _records(paths))
        settings = ["-C", self._top, "-c", f"core.excludesFile={self.excludes}"]
        stdin = os.open(name, os.O_RDONLY | os.O_CLOEXEC)
        try:
            return run_git(
                self.program, [*settings, *arguments], self._environ, stdin, self._limits
            )
        finally:
            os.close(stdin)


def _plain_file(setting: str, home: str, top: str) -> str:
    """The file that a repository's setting names, "" unless it is a plain file of bearable size.

    Whatever it names is read as patterns; reports show its lines' numbers and not their text.
    """
    path = os.path.join(top, home + setting[1:] if setting.startswith("~/") else setting)
    return "" if read_or_none(path, _MOST_EXCLUDE) is None else path


def _records(paths: Iterable[str]) -> bytes:
    """What `-z --stdin` reads.

    With `./`, so that no name is taken for pathspec magic; `GIT_LITERAL_PATHSPECS`, made for that,
    is refused by `check-ignore` (git 2.39).
    """
    return b"".join(b"./" + os.fsencode(path) + b"\0" for path in paths)


def index_files(repository: Repository) -> dict[str, bytes]:
    """The index and, where it is split, the shared part it builds on; by name.

    Copies, since git looks for the shared part in its git directory and touches it. Raises
    `GitFailed` when one is there but is no plain file, or both together are too large.
    """
    try:
        names = os.listdir(repository.own)
    except OSError as error:
        raise GitFailed(f"the git directory cannot be read: {error.strerror}") from None
    if "index" not in names:
        return {}
    found = {"index": _index_file(repository, "index", _MOST_INDEX)}
    parts = {name for name in names if name.startswith(_SHARED)}
    shared = _shared_part(found["index"], parts, repository.own) if parts else None
    if shared is not None:
        found[shared] = _index_file(repository, shared, _MOST_INDEX - len(found["index"]))
    return found


def _index_file(repository: Repository, name: str, limit: int) -> bytes:
    """One index file of at most `limit` bytes; `GitFailed` for anything else."""
    content = read_or_none(os.path.join(repository.own, name), limit)
    if content is None:
        raise GitFailed("the index is not a readable plain file of bearable size")
    return content


def _shared_part(index: bytes, parts: Set[str], folder: str) -> str | None:
    """Which of the files `parts` the index builds on; None when it is not split.

    Its `link` extension says so: that word, four bytes of length, the part's hash (git's
    index-format documentation, read 2026-11). It stands behind the entries, so the search goes
    from the end; where the word is too frequent to go on, the newest part is the likely one.
    """
    end = len(index)
    for _ in range(_MOST_LINKS):
        end = index.rfind(b"link", 0, end)
        if end < 0:
            return None
        for size in (20, 32):
            name = _SHARED + index[end + 8 : end + 8 + size].hex()
            if name in parts:
                return name
    return max(sorted(parts), key=lambda name: _changed(os.path.join(folder, name)))


def _changed(path: str) -> int:
    """When a file was last written, in nanoseconds; 0 when nobody can tell."""
    try:
        return os.lstat(path).st_mtime_ns
    except OSError:
        return 0


def index_contents(repository: Repository) -> list[bytes]:
    """The index files; for one that cannot be read, something that may hold every name."""
    try:
        return list(index_files(repository).values())
    except GitFailed:
        return [_SHORTENED]


def perhaps_tracked(indexes: Sequence[bytes], path: str) -> bool:
    """Whether one of the index files may hold `path`; only a no is certain.

    Names stand in full in index versions 2 and 3; version 4 shortens them, so that there every
    path may be tracked.
    """
    name = os.fsencode(path) + b"\0"
    return any(data.startswith(_SHORTENED) or name in data for data in indexes)


def config_settings(
    program: str, config: bytes, private: PrivateFolder, limits: Limits
) -> dict[str, str]:
    """The few settings of a repository that change what its ignore rules mean.

    git parses them, from a private copy and without includes; a configuration that does not
    mention any of them, which is the rule, is not parsed at all. Keys in lower case.
    """
    wanted = ("core.ignorecase", "core.excludesfile", "extensions.objectformat")
    lower = config.lower()
    if not any(key.partition(".")[2].encode() in lower for key in wanted):
        return {}
    copy = private.write("settings", config)
    arguments = ["--file", copy, "--no-includes", "--list"]
    listing = _config_git(program, arguments, private.path, limits)
    settings = {}
    for record in listing.split(b"\0"):
        key, _, value = os.fsdecode(record).partition("\n")
        if key in wanted:
            settings[key] = value
    return settings


def _config_git(
    program: str, arguments: Sequence[str], home: str, limits: Limits, personal: str = ""
) -> bytes:
    """What `git config --null` prints with no repository in sight; empty when it refuses.

    `personal` is the user's configuration folder, where that is what is asked about.
    """
    environ = {**clean_environment(home), "GIT_DIR": os.devnull}
    if personal:
        del environ["GIT_CONFIG_GLOBAL"]
        environ["XDG_CONFIG_HOME"] = personal
    stdin = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
    try:
        status, output = run_git(program, ["config", "--null", *arguments], environ, stdin, limits)
    finally:
        os.close(stdin)
    return output if status == 0 else b""


def _config(settings: Mapping[str, str]) -> bytes:
    """Our configuration: nothing that runs, and the two facts git must know."""
    lines = ["[core]", "bare = false", "fsmonitor = false", "hooksPath = /dev/null"]
    if settings.get("core.ignorecase", "").lower() in ("true", "yes", "on", "1"):
        lines.append("ignoreCase = true")
    if settings.get("extensions.objectformat", "").lower() == "sha256":
        lines += ["repositoryFormatVersion = 1", "[extensions]", "objectFormat = sha256"]
    return "\n".join([*lines, ""]).encode()


def global_excludes_file(home: str, environ: Mapping[str, str], limits: Limits) -> str:
    """The user's own excludes file, as git finds it: the setting, else the default place.

    Asks git, within `limits`, only when a configuration of the user's could name one. The path
    need not exist.
    """
    folder = environ.get("XDG_CONFIG_HOME", "")
    if not folder.startswith("/"):  # relative ones do not count, and could be the repository's
        folder = os.path.join(home, ".config")
    default = os.path.join(folder, "git", "ignore")
    files = (os.path.join(home, ".gitconfig"), os.path.join(folder, "git", "config"))
    texts = [read_linked(file).lower() for file in files]
    if not any(b"excludesfile" in text or b"[include" in text for text in texts):
        return default
    arguments = ["--global", "--includes", "--type=path", "--get", "core.excludesFile"]
    try:
        answer = _config_git(find_git(environ, limits.avoid), arguments, home, limits, folder)
    except GitFailed:
        return default
    path = os.fsdecode(answer.rstrip(b"\0"))
    return os.path.join(home, path) if path else default


def read_linked(path: str) -> bytes:
    """A small file of the user's own, which may be a link into a dotfiles folder; else empty."""
    return read_or_none(os.path.realpath(path), _MOST_EXCLUDE) or b""
