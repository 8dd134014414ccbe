"""Asks one detect-secrets plugin about one line: the second opinion on a candidate.

Of detect-secrets 1.5.0 we use the plugins and the heuristic filters, never its file pipeline
(0.16 MB/s) and never its verification, which calls the network. Nothing of it is imported before
the first question, and then only the modules of the plugin that is asked. It fails open when
nothing is configured; here a plugin that is not there is an error and never "no finding"
(docs/decisions/0004-detect-secrets.md).
"""

import sys
from collections.abc import Callable, Iterator
from typing import Any, Final

from kirosafe.errors import KirosafeError

PLUGINS: Final = {
    "AWSKeyDetector": "aws",
    "ArtifactoryDetector": "artifactory",
    "AzureStorageKeyDetector": "azure_storage_key",
    "Base64HighEntropyString": "high_entropy_strings",
    "BasicAuthDetector": "basic_auth",
    "CloudantDetector": "cloudant",
    "DiscordBotTokenDetector": "discord",
    "GitHubTokenDetector": "github_token",
    "GitLabTokenDetector": "gitlab_token",
    "HexHighEntropyString": "high_entropy_strings",
    "IPPublicDetector": "ip_public",
    "IbmCloudIamDetector": "ibm_cloud_iam",
    "IbmCosHmacDetector": "ibm_cos_hmac",
    "JwtTokenDetector": "jwt",
    "KeywordDetector": "keyword",
    "MailchimpDetector": "mailchimp",
    "NpmDetector": "npm",
    "OpenAIDetector": "openai",
    "PrivateKeyDetector": "private_key",
    "PypiTokenDetector": "pypi_token",
    "SendGridDetector": "sendgrid",
    "SlackDetector": "slack",
    "SoftlayerDetector": "softlayer",
    "SquareOAuthDetector": "square_oauth",
    "StripeDetector": "stripe",
    "TelegramBotTokenDetector": "telegram_token",
    "TwilioKeyDetector": "twilio",
}
"""The 27 plugins of detect-secrets 1.5.0 by class, each with the module that holds it."""

# Plugins that go by how something looks, not by a vendor's mark. Only of these a whole line or
# file may be waved through: `c = client("s3", aws_access_key_id="AKIA…")` is an "indirect
# reference" to detect-secrets and a leaked key to everybody else.
GUESSING: Final = frozenset(
    {
        "Base64HighEntropyString",
        "HexHighEntropyString",
        "IPPublicDetector",
        "KeywordDetector",
    }
)

# A word as long as this with more names of secrets in it than that is an attack, not a name.
_LONG_WORD, _MANY_NAMES = 60, 8

_VERIFICATION = "detect_secrets.filters.common.is_ignored_due_to_verification_policies"
# Packages whose own `__init__` would import the file pipeline, multiprocessing and all filters.
_SHELLS = ("detect_secrets", "detect_secrets.filters")


class Plugins:
    """The plugins that were asked so far, ready to be asked again. Not for use by two threads."""

    def __init__(self) -> None:
        self._ready: dict[str, Any] = {}
        self._heuristic: Any = None
        # A line with many candidates is asked about once.
        self._asked = ("", "", "")
        self._answer: tuple[str, ...] = ()

    def agree(self, plugin: str, path: str, line: str, value: str) -> bool:
        """Whether `plugin` finds `value` on `line` of the file `path`, and no filter objects.

        It counts as found when what the plugin takes for the secret contains `value` or is
        contained in it: several plugins return a prefix or a neighbouring quote with it. `path`
        decides which of the keyword plugin's expressions apply; it is never opened. Raises
        `KirosafeError` when there is no such plugin.
        """
        question = (plugin, path, line)
        if question != self._asked:
            self._answer = self._secrets(*question)
            self._asked = question
        return any(secret in value or value in secret for secret in self._answer)

    def _secrets(self, plugin: str, path: str, line: str) -> tuple[str, ...]:
        """What `plugin` takes for secrets on `line`, without those that a filter takes back."""
        asked = self._ready.get(plugin) or self._prepare(plugin)
        if plugin == "KeywordDetector" and _takes_too_long(line):
            return ("",)
        found = (secret.secret_value for secret in asked.analyze_line(filename=path, line=line))
        # An empty one is an optional group, of an expression that matched, that took no part.
        kept = tuple(s for s in found if not s or not self._harmless(s, line, asked))
        if kept and plugin in GUESSING and self._waved_through(path, line):
            return ()
        return kept

    def _waved_through(self, path: str, line: str) -> bool:
        """What detect-secrets leaves out whatever it holds: lock files, swagger, calls."""
        by = self._heuristic
        if by.is_lock_file(path) or by.is_swagger_file(path):
            return True
        # Its expression is slow, quadratic in the line, and cannot match without a bracket.
        return ("(" in line or "[" in line) and bool(by.is_indirect_reference(line))

    def _harmless(self, secret: str, line: str, asked: Any) -> bool:
        """Whether one of detect-secrets' heuristics takes `secret` for no secret."""
        by = self._heuristic
        return bool(
            by.is_not_alphanumeric_string(secret)
            or by.is_sequential_string(secret)
            or by.is_templated_secret(secret)
            or by.is_prefixed_with_dollar_sign(secret)
            or by.is_potential_uuid(secret)
            or by.is_likely_id_string(secret, line, asked)
        )

    def _prepare(self, plugin: str) -> Any:
        module = PLUGINS.get(plugin)
        if module is None:
            raise KirosafeError(f"A rule names '{plugin}', which is no plugin of detect-secrets.")
        if self._heuristic is None:
            self._heuristic = _imported("filters.heuristic")
            _refuse_verification()
        made = getattr(_imported(f"plugins.{module}"), plugin, None)
        base = sys.modules["detect_secrets.plugins.base"].BasePlugin
        if not (isinstance(made, type) and issubclass(made, base)):
            raise KirosafeError(
                f"The installed detect-secrets has no plugin '{plugin}'.",
                "Install the version that kirosafe was made for: detect-secrets 1.5.",
            )
        self._ready[plugin] = made()
        return self._ready[plugin]


def _takes_too_long(line: str) -> bool:
    """Whether a line was made to keep the keyword plugin busy.

    Its expressions try the rest of the word anew for each name in it: `secret` sixty times over,
    written as one word, takes 150 ms, and the time grows with the cube. Nobody names things so.
    """
    if len(line) < _LONG_WORD:
        return False
    import re  # in memory by now: the rule that led here has an expression

    long_words = re.findall(rf"\w{{{_LONG_WORD},}}", line)
    names = (len(re.findall(r"(?i)secret|pass|pwd|key", word)) for word in long_words)
    return any(count > _MANY_NAMES for count in names)


def _refuse_verification() -> None:
    """Nothing that is scanned may leave the machine: detect-secrets calls out if this filter is
    set, and its settings are one object for the whole process."""
    settings = sys.modules["detect_secrets.settings"]
    if _VERIFICATION in settings.get_settings().filters:
        raise KirosafeError("detect-secrets is set to verify secrets over the network.")


def _imported(name: str) -> Any:
    """The module `detect_secrets.<name>`, imported without the network library and without the
    packages around it. `sys.modules` is afterwards as others expect it."""
    from importlib import import_module

    stand_ins = dict(_stand_ins())
    sys.modules.update(stand_ins)
    try:
        return import_module(f"detect_secrets.{name}")
    except ImportError as error:
        raise KirosafeError(
            f"detect-secrets cannot be loaded: {error}",
            "Install the version that kirosafe was made for: detect-secrets 1.5.",
        ) from None
    finally:
        for stand_in in stand_ins:
            del sys.modules[stand_in]


def _stand_ins() -> Iterator[tuple[str, Any]]:
    """Modules to stand in while detect-secrets is imported, by name, where the real is not there.

    An empty `requests` costs nothing and cannot call anybody; the real one takes 150 ms.
    """
    new: Callable[[str], Any] = type(sys)
    if "requests" not in sys.modules:
        requests = new("requests")
        requests.Response = object  # named in an annotation
        yield "requests", requests
    if "detect_secrets" in sys.modules:
        return
    from importlib.util import find_spec

    spec = find_spec("detect_secrets")
    if spec is None or spec.submodule_search_locations is None:
        return
    root = next(iter(spec.submodule_search_locations))
    for name in _SHELLS:
        shell = new(name)
        shell.__path__ = [root + name.removeprefix("detect_secrets").replace(".", "/")]
        yield name, shell
