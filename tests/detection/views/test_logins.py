"""netrc and pgpass as people write them."""

from kirosafe.detection.views.structure import entries


def test_netrc_on_one_line_with_comments_quotes_and_default() -> None:
    text = (
        b'# password no\nmachine h login u password "p q" # account no\n'
        b"default login #any account a\nmacdef x\n"
    )
    assert [(entry.key, entry.value, entry.line) for entry in entries("netrc", text)] == [
        ("h.login", b"u", 2),
        ("h.password", b"p q", 2),
        ("default.login", b"#any", 3),
        ("default.account", b"a", 3),
    ]


def test_pgpass_needs_five_fields() -> None:
    assert list(entries("pgpass", b"h:5432:db:user\n#h:1:d:u:p\n")) == []
