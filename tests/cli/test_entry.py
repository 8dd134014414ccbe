"""The console script as a process: streams, pipes, terminals, interrupts, completion."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kirosafe import __version__
from tests.support.keys import Keys
from tests.support.script import SCRIPT, SECONDS, Script, on_terminal, plain

_WITHOUT_PATIENCE = """
import kirosafe.cli.progress as progress
progress.PATIENCE = 0.0
from kirosafe.cli.entry import main
main()
"""


def test_it_finds_and_says_so(leaky: Script) -> None:
    done = leaky.run("scan", "--format", "json")
    assert done.status == 1
    assert ("aws-secret-access-key", "app.env") in done.found
    assert done.err == ""


def test_the_module_is_the_script(leaky: Script) -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "kirosafe", "--version"],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=True,
    )
    assert done.stdout == f"kirosafe {__version__}\n"


def test_without_arguments_it_shows_the_commands(script: Script) -> None:
    done = script.run()
    assert (done.status, done.out) == (2, "")
    assert "Commands:" in done.err


def test_a_mistake_leaves_the_output_empty(script: Script) -> None:
    done = script.run("scan", "--format", "xml")
    assert (done.status, done.out) == (2, "")
    assert len(done.err.splitlines()) == 2


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("$K scan >&-", 1),
        ("$K scan <&- >&- 2>&-", 1),
        ("$K scan gone 2>&-", 2),
        ("$K scan >/dev/full", 22),
        ("$K scan -o /dev/full", 22),
        ("$K --help >/dev/full", 22),
        ("$K rules list >/dev/full", 22),
        ("$K scan gone 2>/dev/full", 2),
        ("$K scan 2>/dev/full", 1),
    ],
)
def test_streams_that_take_nothing_do_not_change_the_answer(
    line: str, status: int, leaky: Script
) -> None:
    done = leaky.shell(line)
    assert done.status == status
    assert "bug" not in done.err


def test_nothing_is_written_where_a_stream_was(leaky: Script) -> None:
    """What is opened first gets the number of a stream that was closed."""
    assert leaky.shell("$K scan gone >&- 2>&-").status == 2
    assert leaky.shell("$K scan >&- 2>&-; $K scan").status == 1
    assert b"app.env" not in b"".join(
        path.read_bytes() for path in Path(os.environ["HOME"]).rglob("*") if path.is_file()
    )


def _many_findings(leaky: Script, keys: Keys) -> None:
    """So many that the report does not fit into a pipe."""
    secrets = (f"sk_live_{leaky.plant(keys.mixed(24))}" for _ in range(300))
    (leaky.folder / "many.txt").write_text("".join(f'key = "{key}"\n' for key in secrets))


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("way", ["scan", "scan -j1"])
def test_a_reader_who_leaves_is_no_failure_of_ours(
    way: str, unbuffered: str, leaky: Script, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONUNBUFFERED", unbuffered)
    _many_findings(leaky, keys)
    done = leaky.shell(f"$K {way} --format json | head -1; exit ${{PIPESTATUS[0]}}")
    assert (done.status, done.out, done.err) == (141, "{\n", "")


def test_an_interrupt_ends_it_at_once(leaky: Script, keys: Keys) -> None:
    _many_findings(leaky, keys)
    process = subprocess.Popen(
        [SCRIPT, "scan", "--format", "json"],
        cwd=leaky.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        os.read(process.stdout.fileno(), 1)  # from here on it waits for a reader
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130
        assert process.stderr.read() == b"kirosafe: interrupted; nothing was changed\n"
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()


@pytest.mark.parametrize("environ", [{"LC_ALL": "C"}, {"PYTHONIOENCODING": "ascii"}])
def test_names_beyond_ascii_need_no_locale(environ: dict[str, str], leaky: Script) -> None:
    (leaky.folder / "app.env").rename(leaky.folder / "prüfung-例.env")
    done = leaky.run("scan", environ=environ)
    assert "prüfung-例.env" in done.out
    assert leaky.run("scan", "größe", environ=environ).status == 2


def test_a_terminal_sees_colour_and_no_progress_for_what_is_quick(leaky: Script) -> None:
    leaky.run("scan")  # the first run of all compiles the rules, which is not quick
    status, screen = on_terminal(SCRIPT, "scan", leaky.folder, columns=60)
    assert status == 1
    assert "\x1b[1;31m" in screen
    assert "scanning" not in screen
    assert max(map(len, plain(screen).splitlines())) <= 60
    assert not leaky.leaks(screen.encode())


@pytest.mark.parametrize("environ", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_a_terminal_that_wants_no_colour_gets_none(environ: dict[str, str], leaky: Script) -> None:
    leaky.run("scan")
    _, screen = on_terminal(SCRIPT, "scan", leaky.folder, environ=environ)
    assert "\x1b" not in screen


def test_a_terminal_sees_progress_for_what_is_slow(leaky: Script) -> None:
    for number in range(300):
        (leaky.folder / f"{number}.txt").write_text("nothing to see here\n" * 100)
    command = (sys.executable, "-P", "-c", _WITHOUT_PATIENCE, "scan", str(leaky.folder))
    status, screen = on_terminal(*command)
    assert status == 1
    assert "scanning: " in plain(screen)
    assert plain(screen).rindex("scanning: ") < plain(screen).index("app.env")


def test_a_report_in_the_scanned_folder_is_no_news(leaky: Script) -> None:
    """A report holds no value: scanning the last one finds nothing in it."""
    for form in ("text", "json"):
        first = leaky.run("scan", "--format", form, "-o", f"report.{form}")
        again = leaky.run("scan", "--format", form, "-o", f"report.{form}")
        assert (first.status, again.status) == (1, 1)
    report = leaky.run("scan", "--min-confidence", "medium", "--format", "json")
    assert {path for _, path in report.found} == {"app.env"}
    assert json.loads((leaky.folder / "report.json").read_text())["skipped"] == []


@pytest.mark.parametrize("where", ["gone/report", ".", "notes.txt/report"])
def test_a_report_that_cannot_be_written(where: str, leaky: Script) -> None:
    done = leaky.run("scan", "-o", where)
    assert (done.status, done.out) == (22, "")
    assert f"the report cannot be written to {where}" in done.err


@pytest.mark.parametrize(
    ("shell", "words"),
    [("bash", "complete -o nosort -F"), ("zsh", "compdef"), ("fish", "complete --no-files")],
)
def test_every_shell_gets_its_completion(shell: str, words: str, script: Script) -> None:
    done = script.run(environ={"_KIROSAFE_COMPLETE": f"{shell}_source"})
    assert done.status == 0
    assert words in done.out


def test_bash_completes(script: Script) -> None:
    """In a real bash, by the line that docs/usage.md gives."""
    done = script.shell(
        'PATH="$(dirname "$K"):$PATH"; eval "$(_KIROSAFE_COMPLETE=bash_source kirosafe)"\n'
        "COMP_WORDS=(kirosafe scan --min); COMP_CWORD=2; _kirosafe_completion kirosafe\n"
        'echo "${COMPREPLY[@]}"'
    )
    assert done.out.strip() == "--min-confidence"
