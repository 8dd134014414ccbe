"""Pairs ports with adapters and loads the rules. Nothing else in `cli` knows an adapter."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from time import perf_counter

from kirosafe.app.own_keys import own_keys
from kirosafe.app.policy import excluded_by_option, merge
from kirosafe.app.ports import Cache
from kirosafe.app.prepare import prepared_rulebook, prepared_toolkit
from kirosafe.app.scan import Ports, Target
from kirosafe.cli.options import ScanArguments
from kirosafe.detection.engine import Engine
from kirosafe.detection.rulebook import parse_rules
from kirosafe.detection.toolkit import Toolkit
from kirosafe.errors import RulesError
from kirosafe.model.grade import Confidence, Severity
from kirosafe.model.policy import Origin, ScanPolicy
from kirosafe.model.source import Source
from kirosafe.state.cache import FileCache
from kirosafe.state.folders import cache_folder, make_private, state_folder
from kirosafe.state.key import KEY_BYTES, fingerprint_key
from kirosafe.state.policy_files import host_layers, repository_layers, today
from kirosafe.workspace.ignore import IgnoreFiles
from kirosafe.workspace.walk import WorkTree
from kirosafe.workspace.workers import Workers, processors, worth_dividing

_AWS_FILES = ("~/.aws/credentials", "~/.aws/config")


def scan_targets(arguments: ScanArguments, environ: Mapping[str, str]) -> list[Target]:
    """Every root with the policy that holds there; the current folder if none was named."""
    host = host_layers(environ)
    spoken = Origin.COMMAND_LINE, _said(arguments)
    targets = []
    for root in arguments.paths or (".",):
        # Of what is no folder there is nothing to ask; the walk says what is wrong with it.
        own = repository_layers(root) if os.path.isdir(root) else []
        policy = merge([*host, spoken, *own], today)
        if arguments.no_suppressions:
            policy = policy.without_suppressions()
        targets.append(Target(root, policy))
    return targets


def _said(arguments: ScanArguments) -> ScanPolicy:
    excluded = tuple(excluded_by_option(pattern) for pattern in arguments.exclude)
    return ScanPolicy(
        fail_on=Severity.parse(arguments.fail_on) if arguments.fail_on else None,
        min_confidence=(
            Confidence.parse(arguments.min_confidence) if arguments.min_confidence else None
        ),
        require_coverage=True if arguments.require_coverage else None,
        excluded_paths=excluded or None,
    )


def scan_ports(
    arguments: ScanArguments,
    targets: Sequence[Target],
    environ: Mapping[str, str],
    watch: Callable[[int, int], None],
) -> Ports:
    """The adapters for one scan of `targets`."""
    cache = FileCache(cache_folder(environ))
    minimum = min(target.policy.min_confidence for target in targets)
    texts = shipped_rules()
    if arguments.rules:
        texts |= extra_rules(arguments.rules)
    key = fingerprint_key(environ)
    book = prepared_rulebook(texts, cache)
    engine = Engine(prepared_toolkit(book, key.key, minimum, cache))
    tree = WorkTree(book.folders)
    return Ports(
        tree=tree,
        ignore=IgnoreFiles(tree, home=environ.get("HOME", ""), environ=environ),
        scanner=engine,
        workers=Workers(_processes(arguments.jobs, [target.root for target in targets])),
        own_keys=lambda: own_keys(engine, _aws_files(environ)),
        clock=perf_counter,
        watch=watch,
    )


def _processes(wanted: int, roots: Sequence[str]) -> int:
    """How many processes to use: as many as `wanted`; if 0, several where the tree is large."""
    return wanted or (processors() if processors() > 1 and worth_dividing(roots) else 1)


def rule_cache(environ: Mapping[str, str]) -> Cache:
    """Where a rulebook is kept between runs."""
    return FileCache(cache_folder(environ))


def rule_names(texts: Mapping[str, str]) -> Callable[[str, bytes], Sequence[str]]:
    """A function that says which of the rules in `texts` match some bytes under some path: all
    that do, not only the surest for each value, and whatever their confidence.

    Raises `RulesError` where `texts` cannot be read as rules.
    """
    from kirosafe.detection.inspection import Inspection
    from kirosafe.detection.piece import Piece

    # Nothing is kept, hence any key will do for the fingerprints.
    kit = Toolkit(parse_rules(texts), bytes(KEY_BYTES), Confidence.LOW)

    def names(path: str, content: bytes) -> Sequence[str]:
        inspection, piece = Inspection(kit, path), Piece(content, path)
        inspection.look(piece)
        inspection.look_again(piece)
        return [finding.rule for finding in inspection.findings]

    return names


def _rules_folder() -> str:
    import kirosafe.data.rules

    return os.path.dirname(os.path.abspath(kirosafe.data.rules.__file__ or ""))


def shipped_rules() -> dict[str, str]:
    """The rule files that come with kirosafe: name to text."""
    return _toml_files(_rules_folder())


def extra_rules(folder: str) -> dict[str, str]:
    """The user's rule files: path to text. Raises `RulesError` if there are none to be had."""
    try:
        texts = _toml_files(folder, prefix=folder.rstrip("/") + "/")
    except OSError as error:
        raise RulesError(
            f"the rules in {folder} could not be read: {error.strerror}",
            "Name a folder with rule files (*.toml).",
        ) from None
    except UnicodeDecodeError:
        raise RulesError(
            f"a rule file in {folder} is not UTF-8 text", "Save it in UTF-8, as TOML asks for."
        ) from None
    if not texts:
        raise RulesError(f"there is no rule file (*.toml) in {folder}", "docs/rules.md says how.")
    return texts


def _toml_files(folder: str, prefix: str = "") -> dict[str, str]:
    texts = {}
    for name in sorted(os.listdir(folder)):
        if name.endswith(".toml"):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                texts[prefix + name] = file.read()
    return texts


def _aws_files(environ: Mapping[str, str]) -> Iterator[Source]:
    """The user's own AWS files, as far as they exist."""
    from kirosafe.workspace.read import home_source

    home = environ.get("HOME", "")
    for name in _AWS_FILES:
        source = home_source(home, name)
        if source is not None:
            yield source


def write_log(text: str) -> str:
    """Keep `text` in the state folder for a bug report; its path, "" if that cannot be."""
    folder = state_folder(os.environ)
    if folder is None:
        return ""
    path = os.path.join(folder, "bug.log")
    try:
        make_private(folder)
        with open(path, "w", encoding="utf-8", opener=_private) as file:
            file.write(text)
    except OSError:
        return ""
    return path


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW, 0o600)
