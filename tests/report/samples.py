"""Reports to render: made up, masked, and the same every time."""

from random import Random
from zlib import crc32

from kirosafe.model.finding import Finding, Span
from kirosafe.model.grade import Confidence, Severity
from kirosafe.model.report import ScanReport, ScanStats
from kirosafe.model.skipped import Skipped, SkipReason

_AWS = "Deactivate the key in IAM, issue a new one, and let the program take it from a profile."
_PRIVATE = "Treat the key as known to others: make a new pair and remove the old public key."
_TOKEN = "Revoke the token where it was issued and keep the new one in a secret store."
_CHANGE = "Change the password and let the program read it from the environment."

_KINDS = {
    "aws-access-key": ("AWS access key pair", Severity.HIGH, Confidence.HIGH, _AWS),
    "private-key": ("Private key, not encrypted", Severity.HIGH, Confidence.HIGH, _PRIVATE),
    "github-token": ("GitHub personal access token", Severity.HIGH, Confidence.HIGH, _TOKEN),
    "url-password": ("Password in a URL", Severity.MEDIUM, Confidence.MEDIUM, _CHANGE),
    "assignment": ("Secret assigned to a name", Severity.MEDIUM, Confidence.LOW, _CHANGE),
    "hex-entropy": ("Random-looking hex", Severity.LOW, Confidence.LOW, ""),
}

STATS = ScanStats(files=6918, bytes=45_400_000, seconds=0.5234)


def found(kind: str, path: str, line: int, preview: str = "", column: int = 5) -> Finding:
    """A finding of one of the made-up rules, in the text of a file."""
    title, severity, confidence, remediation = _KINDS[kind]
    return Finding(
        rule=kind,
        title=title,
        severity=severity,
        confidence=confidence,
        path=path,
        line=line,
        column=column,
        preview=preview or f"{kind[:3]}{'*' * 14}{line % 100:02d}",
        # Half of it zeros, so that scanners of this tree do not take it for a secret.
        fingerprint=f"{crc32(f'{kind} {path!a} {line}'.encode()):016x}",
        remediation=remediation,
        span=Span(line * 40, line * 40 + 20),
        committable=True,
    )


def scan(*findings: Finding, stats: ScanStats = STATS) -> ScanReport:
    """A report with nothing in it but `findings`."""
    return ScanReport("0.1.0", (".",), findings, (), (), stats)


def empty() -> ScanReport:
    """A scan that found nothing to look at."""
    return scan(stats=ScanStats())


def clean() -> ScanReport:
    """A scan that looked at everything and found nothing."""
    return scan()


def clean_with_skips() -> ScanReport:
    """A scan that found nothing in what it could see."""
    return scan()._replace(
        skipped=(
            Skipped("backup/old.zip", SkipReason.ARCHIVE_ENCRYPTED),
            *(Skipped(f"private/{name}.key", SkipReason.UNREADABLE) for name in "abcdef"),
            Skipped("run/agent.sock", SkipReason.NOT_A_FILE, "socket"),
        )
    )


def mixed() -> ScanReport:
    """Twelve findings with every kind of verdict, and everything that a report leaves out."""
    line = ".gitignore:12: *.env"
    key = found("aws-access-key", "deploy/prod.env", 3, f"AKIA{'*' * 12}WXYZ", 19)
    findings = (
        key._replace(
            committable=False, ignored_by=line, note="account 123456789012; secret key on line 4"
        ),
        found("url-password", "deploy/prod.env", 9)._replace(committable=False, ignored_by=line),
        key._replace(path="infra/main.tf", line=40, column=17),
        found("private-key", "certs/server.pem", 1, "PEM, 28 lines", 1)._replace(
            span=None, ignored_by="certs/.gitignore:2: !server.pem"
        ),
        found("github-token", ".kiro/settings/mcp.json", 7, f"ghp_{'*' * 32}k3Qz")._replace(
            committable=False,
            ignored_by=".git/info/exclude:7: .kiro/",
            kiro_ignored_by=".kiroignore:3: settings/",
        ),
        found("assignment", "k8s/secret.yaml", 11)._replace(
            span=None, via=("base64",), note="key db-password"
        ),
        found("url-password", "dist/app.zip", 4)._replace(
            span=None, via=("zip:conf/app.ini",), committable=False
        ),
        found("assignment", "src/settings.py", 88),
        *(found("hex-entropy", "yarn.lock", line) for line in (10, 14, 18)),
        found("hex-entropy", "docs/example.md", 5),
    )
    return scan(*findings)._replace(
        suppressed=(
            found("assignment", "tests/test_login.py", 12)._replace(
                suppressed="repository: tests/** (made-up users)"
            ),
            found("assignment", "tests/test_login.py", 31)._replace(
                suppressed="repository: tests/** (made-up users)"
            ),
            found("url-password", "docs/setup.md", 8)._replace(suppressed="marker in the line"),
        ),
        skipped=(
            Skipped("data/dump.zip", SkipReason.ARCHIVE_LIMIT, "4,096 members"),
            Skipped("link", SkipReason.SYMLINK_OUTSIDE),
        ),
        stats=STATS._replace(bulk_files=1234, suppressed=3, below_confidence=2, limited=1),
        notes=("User's git excludes not found: only the repository's ignore files were read.",),
    )


def hostile() -> ScanReport:
    """Names, previews and ignore lines that attack whoever looks at them."""
    name = "a\x1b[2J\nHIGH  fake:1\u202egpj.\u200b\udcff\x9b\\x1b" + "\ufe0f\u3164\x7f"
    finding = found("github-token", name, 1, f"\x1b]0;owned\x07{'*' * 8}")._replace(
        committable=False,
        ignored_by=f".gitignore:1: {name}",
        kiro_ignored_by=f".kiroignore:1: {name}",
        note=name,
        via=(f"zip:{name}",),
        title=f"token {name}",
        remediation=f"Revoke {name}",
    )
    return scan(
        finding,
        finding._replace(path="d/" * 2000 + "deep.env", column=9),
        found("hex-entropy", name * 3, 2),
        found("url-password", "目录/配置文件/生产环境/数据库连接参数.yaml", 2, "密码" * 30),
        found("url-password", "e\u0301" * 60, 2),
    )._replace(
        roots=(name,),
        suppressed=(finding._replace(suppressed=f"repository: {name}"),),
        skipped=(Skipped(name, SkipReason.TIMEOUT, name),),
        stats=STATS._replace(suppressed=1),
        notes=(f"Policy {name} read.",),
    )


def many(number: int) -> ScanReport:
    """`number` findings as a neglected tree has them: few high, many low, in many files."""
    random = Random(number)
    kinds = random.choices(list(_KINDS), weights=(1, 1, 2, 6, 10, 80), k=number)
    findings = (
        found(kind, f"src/package{random.randrange(9)}/module{random.randrange(12)}.py", line)
        for line, kind in enumerate(kinds, start=1)
    )
    return scan(*findings)
