"""Holds `kirosafe scan --min-confidence low` against `detect-secrets scan -n` on a whole tree.

    python benchmarks/parity.py TREE [RESULTS.json]

Prints how many values each reports and, by kind, those that only detect-secrets has. Its results
take minutes; with a second argument they are kept there and read from there, so keep that file to
yourself: it holds values. None is ever printed.
"""

import json
import sys
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT))

from tests.parity import compare  # noqa: E402


def files(tree: Path) -> list[Path]:
    """Every regular file of `tree` that is no link, sorted."""
    return sorted(p for p in tree.rglob("*") if p.is_file() and not p.is_symlink())


def their_results(tree: Path, kept: Path | None) -> dict[str, list[compare.Theirs]]:
    """What detect-secrets reports on `tree`, from `kept` if it is there."""
    if kept and kept.exists():
        stored = json.loads(kept.read_text())
        return {path: [compare.Theirs(*each) for each in found] for path, found in stored.items()}
    found = {path: each for path, each in compare.detect_secrets_scan(files(tree)).items() if each}
    if kept:
        kept.touch(mode=0o600)
        kept.write_text(json.dumps(found))
    return found


def main(tree: Path, kept: Path | None) -> int:
    """Compare on `tree`; the number of values that only detect-secrets reports."""
    started = time.perf_counter()
    theirs = their_results(tree, kept)
    their_seconds = time.perf_counter() - started
    texts = {path.name: path.read_text() for path in (ROOT / "rules").glob("*.toml")}
    engine = compare.low_engine(texts)
    only: Counter[str] = Counter()
    why: Counter[str] = Counter()
    size = count = 0
    started = time.perf_counter()
    for path in files(tree):
        data, ours = compare.scan_bytes(engine, path)
        size, count = size + len(data), count + len(ours.findings)
        for each in compare.unreported(data, ours, theirs.get(str(path), [])):
            reason = compare.exception(each, ours)
            if reason:
                why[reason] += 1
                continue
            only[each.kind] += 1
            print(f"  only detect-secrets: {path}:{each.line} {each.kind}")
    seconds = time.perf_counter() - started
    speed = size / 1e6 / seconds
    total = sum(map(len, theirs.values()))
    print(f"{tree.name}: {size / 1e6:.1f} MB")
    print(f"detect-secrets {total} values, {their_seconds:.0f} s")
    print(f"kirosafe {count} findings, {seconds:.1f} s, {speed:.1f} MB/s")
    print(f"missing {sum(only.values())} {dict(only)}; excepted {dict(why)}")
    return sum(only.values())


if __name__ == "__main__":
    sys.exit(1 if main(Path(sys.argv[1]), Path(sys.argv[2]) if sys.argv[2:] else None) else 0)
