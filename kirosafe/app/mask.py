"""No secret in a report, not even one that stands in a name or in a line of an ignore file."""

from collections.abc import Iterable

from kirosafe.app.ports import SourceScanner
from kirosafe.model.finding import Finding
from kirosafe.model.skipped import Skipped
from kirosafe.model.source import MemorySource

_MASK = b"********"


class NameMask:
    """Masks what the scanner takes for a secret in names; each name is looked at once."""

    def __init__(self, scanner: SourceScanner) -> None:
        self._scanner = scanner
        self._seen: dict[str, str] = {}

    @property
    def masked(self) -> int:
        """How many different names had something to mask so far."""
        return sum(name != shown for name, shown in self._seen.items())

    def findings(self, findings: Iterable[Finding]) -> list[Finding]:
        """`findings` with masked paths and ignore lines."""
        return [
            finding._replace(
                path=self._shown(finding.path),
                via=tuple(map(self._shown, finding.via)),
                ignored_by=finding.ignored_by and self._shown(finding.ignored_by),
                kiro_ignored_by=finding.kiro_ignored_by and self._shown(finding.kiro_ignored_by),
            )
            for finding in findings
        ]

    def skipped(self, skipped: Iterable[Skipped]) -> list[Skipped]:
        """`skipped` with masked paths and details."""
        return [
            item._replace(path=self._shown(item.path), detail=self._shown(item.detail))
            for item in skipped
        ]

    def _shown(self, name: str) -> str:
        shown = self._seen.get(name)
        if shown is None:
            shown = self._seen[name] = self._look(name)
        return shown

    def _look(self, name: str) -> str:
        data = name.encode("utf-8", "surrogateescape")
        found = self._scanner.scan(MemorySource("name", data)).findings
        for span in sorted((f.span for f in found if f.span is not None), reverse=True):
            data = data[: span.start] + _MASK + data[span.end :]
        return data.decode("utf-8", "surrogateescape")
