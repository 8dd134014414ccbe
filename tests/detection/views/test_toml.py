"""TOML's own forms, and Terraform's."""

from kirosafe.detection.views.structure import entries


def pairs(text: str) -> list[tuple[str, bytes]]:
    """Keys and values."""
    return [(entry.key, entry.value) for entry in entries("toml", text.encode())]


def test_tables_lists_and_dotted_keys() -> None:
    text = '[a."b.c"]\nd . e = 1\n[[l]]\nx = "1"\n[[l]]\nx = \'2\'\n'
    assert pairs(text) == [("a.b.c.d.e", b"1"), ("l.0.x", b"1"), ("l.1.x", b"2")]


def test_long_strings() -> None:
    text = 'a = """\nb\\\n   c""d\n"""\ne = \'\'\'f\\\n\'\'\'\ng = "h'
    assert pairs(text) == [("a", b'bc""d\n'), ("e", b"f\\\n"), ("g", b"h")]


def test_inline_values_over_lines() -> None:
    text = 'a = [\n  "b", # "no"\n  { c = "d" },\n]\ne = { "f.g" = "h" }\n'
    assert pairs(text) == [("a.0", b"b"), ("a.1.c", b"d"), ("e.f.g", b"h")]


def test_terraform_variables() -> None:
    text = 'a = "b" // no\n/* no */\ntags = {\n  c = "d"\n  e = "f"\n}\n'
    assert pairs(text) == [("a", b"b"), ("tags.c", b"d"), ("tags.e", b"f")]


def test_what_is_no_value() -> None:
    assert pairs("a =\nb = # c\n= d\n\ne = f") == [("e", b"f")]
