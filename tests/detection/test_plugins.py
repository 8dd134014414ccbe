"""detect-secrets as a second opinion: offline, late, and never silently absent."""

import subprocess
import sys
from types import ModuleType

import pytest

from kirosafe.detection import plugins
from kirosafe.detection.plugins import PLUGINS, Plugins
from kirosafe.errors import KirosafeError
from tests.support.keys import Keys


@pytest.fixture
def asked() -> Plugins:
    return Plugins()


def run_python(program: str) -> str:
    """What `program` prints in a Python of its own, where nothing is imported yet."""
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    return result.stdout.strip()


def test_all_plugins_of_the_installed_version_are_known() -> None:
    program = (
        "from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class as all_"
        "\nprint(*sorted(c.__name__ for c in all_().values()))"
    )
    assert run_python(program).split() == sorted(PLUGINS)
    assert len(PLUGINS) == 27


def test_every_plugin_can_be_asked(asked: Plugins) -> None:
    assert not any(asked.agree(name, "a.py", "nothing = 1", "nothing") for name in PLUGINS)


def test_nothing_is_imported_before_the_first_question() -> None:
    program = (
        "import sys; from kirosafe.detection.plugins import Plugins; Plugins()\n"
        "print([m for m in sys.modules if m.startswith(('detect_secrets', 'requests'))])"
    )
    assert run_python(program) == "[]"


def test_the_first_question_imports_neither_network_nor_pipeline_nor_other_plugins() -> None:
    program = (
        "import sys; from kirosafe.detection.plugins import Plugins\n"
        "Plugins().agree('GitHubTokenDetector', 'a', 'b', 'c')\n"
        "print(*(m for m in ('requests', 'urllib3', 'detect_secrets', "
        "'detect_secrets.core.scan', 'detect_secrets.plugins.aws') if m in sys.modules))"
    )
    assert run_python(program) == ""


def test_detect_secrets_and_requests_can_be_imported_as_they_are_afterwards() -> None:
    program = (
        "from kirosafe.detection.plugins import Plugins\n"
        "Plugins().agree('StripeDetector', 'a', 'b', 'c')\n"
        "import requests, detect_secrets\n"
        "print(detect_secrets.SecretsCollection.__name__, requests.get.__name__)"
    )
    assert run_python(program) == "SecretsCollection get"


def test_a_real_requests_that_is_there_stays() -> None:
    program = (
        "import requests as real, sys; from kirosafe.detection.plugins import Plugins\n"
        "Plugins().agree('AWSKeyDetector', 'a', 'b', 'c')\n"
        "print(sys.modules['requests'] is real)"
    )
    assert run_python(program) == "True"


def test_a_loaded_detect_secrets_is_used_as_it_is() -> None:
    program = (
        "import detect_secrets, sys; from kirosafe.detection.plugins import Plugins\n"
        "Plugins().agree('NpmDetector', 'a', 'b', 'c')\n"
        "print(sys.modules['detect_secrets'] is detect_secrets)"
    )
    assert run_python(program) == "True"


def test_a_plugin_agrees_with_what_it_finds(asked: Plugins, keys: Keys) -> None:
    key = keys.aws_id()
    assert asked.agree("AWSKeyDetector", "a.py", f'x = "{key}"', key)
    assert not asked.agree("StripeDetector", "a.py", f'x = "{key}"', key)


def test_the_value_must_be_the_one_that_was_found(asked: Plugins, keys: Keys) -> None:
    key, other = keys.aws_id(), keys.aws_id()
    assert not asked.agree("AWSKeyDetector", "a.py", f"{key} and more", other)


def test_a_plugin_may_return_a_part_of_the_value_or_more_than_it(
    asked: Plugins, keys: Keys
) -> None:
    token = keys.github_token()  # the plugin returns its prefix alone
    assert asked.agree("GitHubTokenDetector", "a", f"token {token}", token)
    key = "AKC" + keys.mixed(20)  # the plugin returns the sign before it as well
    assert asked.agree("ArtifactoryDetector", "a", f"key={key}", key)


def test_an_optional_group_that_took_no_part_is_still_a_find(asked: Plugins, keys: Keys) -> None:
    token = "glcbt-" + keys.mixed(20)
    assert asked.agree("GitLabTokenDetector", "a", f"token {token}", token)


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ('password = "{{ value }}"', "{{ value }}"),  # templated
        ('password = "$VALUE_OF_IT"', "$VALUE_OF_IT"),  # shell variable
        ('password = "abcdefghijkl"', "abcdefghijkl"),  # sequence
        ('password = "1234-5678!"', "1234-5678!"),  # no letter
        ('user_id, password = "hunterthree"', "hunterthree"),  # an id
        ('password = "6f1c2d3e-0a1b-4c2d-8e3f-9a0b1c2d3e4f"', "6f1c2d3e-0a1b-4c2d"),  # UUID
    ],
)
def test_what_a_heuristic_takes_for_harmless_is_not_agreed_to(
    asked: Plugins, line: str, value: str
) -> None:
    assert not asked.agree("KeywordDetector", "a.py", line, value)
    assert asked.agree("KeywordDetector", "a.py", 'password = "huntertwo"', "huntertwo")


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("package-lock.json", 'x = "{}"'),
        ("api/swagger.json", 'x = "{}"'),
        ("a.py", 'client = connect(key="{}")'),
    ],
)
def test_only_guessing_plugins_wave_a_line_or_file_through(
    asked: Plugins, keys: Keys, path: str, line: str
) -> None:
    digest, key = keys.hex(40), keys.aws_id()
    assert asked.agree("HexHighEntropyString", "a.py", f'x = "{digest}"', digest)
    assert not asked.agree("HexHighEntropyString", path, line.format(digest), digest)
    assert asked.agree("AWSKeyDetector", path, line.format(key), key)


def test_the_type_of_the_file_decides_about_bare_passwords(asked: Plugins) -> None:
    line, value = "password = hunter-two", "hunter-two"
    assert asked.agree("KeywordDetector", "a.ini", line, value)
    assert not asked.agree("KeywordDetector", "a.py", line, value)


def test_a_line_made_to_keep_the_plugin_busy_is_not_asked_about(asked: Plugins) -> None:
    assert asked.agree("KeywordDetector", "a.py", "secret" * 300 + ' x = "', "x")
    assert not asked.agree("KeywordDetector", "a.py", "word" * 300 + "password", "x")


def test_a_line_is_asked_about_once(asked: Plugins, monkeypatch: pytest.MonkeyPatch) -> None:
    line = 'password = "huntertwo"'
    assert asked.agree("KeywordDetector", "a.py", line, "huntertwo")
    monkeypatch.setattr(asked, "_secrets", lambda *_: pytest.fail("asked again"))
    assert not asked.agree("KeywordDetector", "a.py", line, "other")


def test_a_plugin_that_is_none_is_an_error(asked: Plugins) -> None:
    with pytest.raises(KirosafeError, match="'NoDetector', which is no plugin"):
        asked.agree("NoDetector", "a", "b", "c")


def test_a_plugin_that_is_gone_is_an_error(asked: Plugins, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PLUGINS, "GoneDetector", "aws")
    with pytest.raises(KirosafeError, match="has no plugin 'GoneDetector'"):
        asked.agree("GoneDetector", "a", "b", "c")


def test_a_module_that_is_gone_is_an_error(asked: Plugins, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PLUGINS, "GoneDetector", "gone")
    with pytest.raises(KirosafeError, match="cannot be loaded"):
        asked.agree("GoneDetector", "a", "b", "c")


def test_a_missing_detect_secrets_is_an_error_and_not_an_absence_of_findings() -> None:
    program = (
        "import sys; from importlib import util; from kirosafe.detection.plugins import Plugins\n"
        "from kirosafe.errors import KirosafeError\n"
        "class Blind:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.startswith('detect_secrets'): raise ModuleNotFoundError(name)\n"
        "real = util.find_spec\n"
        "util.find_spec = lambda name: None if name == 'detect_secrets' else real(name)\n"
        "sys.meta_path.insert(0, Blind())\n"
        "try: Plugins().agree('AWSKeyDetector', 'a', 'b', 'c')\n"
        "except KirosafeError as error: print(error.what, '|', error.next_step)"
    )
    assert run_python(program).startswith("detect-secrets cannot be loaded: ")


def test_settings_that_would_call_the_network_are_refused(
    asked: Plugins, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = plugins._VERIFICATION
    settings = ModuleType("detect_secrets.settings")
    settings.get_settings = lambda: type("S", (), {"filters": {name: {}}})  # type: ignore[attr-defined]
    assert not asked.agree("AWSKeyDetector", "a", "b", "c")
    monkeypatch.setitem(sys.modules, "detect_secrets.settings", settings)
    with pytest.raises(KirosafeError, match="over the network"):
        Plugins().agree("AWSKeyDetector", "a", "b", "c")
