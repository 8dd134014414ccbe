"""Everything that `detect-secrets scan -n` reports with all 27 plugins, kirosafe reports too."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kirosafe.detection.engine import Engine
from tests.parity import compare, corpus
from tests.support.keys import Keys

# Their own filter for values without a letter takes back every address that IPPublic finds.
_NEVER_REPORTED = {"Public IP (ipv4)"}


@pytest.fixture(scope="module")
def engine() -> Engine:
    folder = Path(__file__).resolve().parents[2] / "rules"
    texts = {path.name: path.read_text() for path in folder.glob("*.toml")}
    return compare.low_engine(texts)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("corpus")
    for name, text in corpus.files(Keys(7)):
        (folder / name).write_bytes(text.encode())
    return sorted(folder.iterdir())


def test_nothing_that_detect_secrets_reports_is_missing(
    engine: Engine, written: list[Path]
) -> None:
    theirs = compare.detect_secrets_scan(written)
    kinds: Counter[str] = Counter()
    lost = []
    for path in written:
        data, ours = compare.scan_bytes(engine, path)
        kinds.update(their.kind for their in theirs[str(path)])
        lost += [
            f"{path.name}:{their.line} {their.kind}"
            for their in compare.missing(data, ours, theirs[str(path)])
        ]
    assert lost == []
    expected = {kind.removesuffix(" 2") for kind in corpus.values(Keys(7))} - _NEVER_REPORTED
    assert set(kinds) == expected, "the corpus holds every kind, or it proves less than it says"


_NAMES = st.sampled_from(
    ["password", "api_key", "x", "user_id", "secret-name", "db_pass", "KEY", "client_key", "a.b"]
)
_VALUES = st.sampled_from([value for _, value in corpus.values(Keys(9)).values()]) | st.text(
    alphabet="abcXYZ019 -_+/=\\'\"`{}[]()<>$%#;:,.&!*|é", min_size=1, max_size=40
)
_SIGNS = st.sampled_from([": ", "=", " = ", ":", " := ", " == ", "=> ", ' "', ": |\n      ", " "])
_QUOTES = st.sampled_from(["", "", "'", '"', "`"])
_MARGINS = st.sampled_from(["", "", "  ", "    ", "- ", "# ", "\t"])
_ENDS = st.sampled_from(["", "", ";", ",", " # note", ' # "note"', " }"])


@st.composite
def _lines(draw: st.DrawFn) -> str:
    quote = draw(_QUOTES)
    parts = (draw(_MARGINS), draw(_NAMES), draw(_SIGNS), quote, draw(_VALUES), quote, draw(_ENDS))
    return "".join(parts)


@pytest.mark.parametrize(
    "name", ["a.py", "a.yaml", "a.ini", "a.env", "a.json", "a.go", "a.cpp", "a.txt", "a.properties"]
)
@given(head=st.sampled_from(["", "[s]\n", "top:\n", "# c\n"]), lines=st.lists(_lines(), max_size=4))
def test_nothing_is_missing_in_files_made_of_odd_assignments(
    name: str, engine: Engine, tmp_path_factory: pytest.TempPathFactory, head: str, lines: list[str]
) -> None:
    path = tmp_path_factory.mktemp("odd") / name
    path.write_text(head + "\n".join(lines) + "\n", newline="")
    try:
        theirs = compare.detect_secrets_scan([path])[str(path)]
    except (ValueError, AttributeError, IndexError, TypeError):
        return  # detect-secrets breaks off its whole scan on some YAML; nothing to be equal to
    data, ours = compare.scan_bytes(engine, path)
    assert compare.missing(data, ours, theirs) == []
