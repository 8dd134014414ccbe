"""Templates to texts: seeded, shaped, and literal where they are no templates."""

import re
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kirosafe.detection.examples import KINDS, expand
from kirosafe.detection.gates import passes


def made(template: str, seed: int = 1) -> str:
    return expand(template, Random(seed))


@pytest.mark.parametrize("kind", sorted(KINDS))
@given(length=st.integers(1, 80), seed=st.integers())
def test_a_kind_draws_as_many_letters_of_its_own_as_it_is_asked(
    kind: str, length: int, seed: int
) -> None:
    text = expand(f"{{{{{kind}:{length}}}}}", Random(seed))
    assert len(text) == length
    assert set(text) <= set(KINDS[kind])


@given(st.integers())
def test_mixed_kinds_have_letters_and_digits(seed: int) -> None:
    text = expand("{{alnum:4}}", Random(seed))
    assert re.search("[A-Z]", text)
    assert re.search("[a-z]", text)
    assert re.search("[0-9]", text)


def test_equal_seeds_give_equal_texts_and_others_others() -> None:
    assert made("{{base64:40}}", 1) == made("{{base64:40}}", 1)
    assert made("{{base64:40}}", 1) != made("{{base64:40}}", 2)


def test_pieces_and_literals_are_joined() -> None:
    assert re.fullmatch(r"k = AKIA[A-Z2-7]{16};", made("k = {{AKIA|base32:16}};"))
    assert re.fullmatch(r"[0-9]{3}-[a-f0-9]{2}", made("{{digits:3|-|hex:2}}"))
    assert re.fullmatch(r"a\|x[0-9]\|", made("a{{text:||x|digits:1|text:|}}"))
    assert re.fullmatch(r"AKIA[0-9]", made("{{text:AKIA|digits:1}}"))


@pytest.mark.parametrize("text", ["${{ secrets.TOKEN }}", "{{ a|b }}", "{{}}", "{x}", "{{a:b}}"])
def test_braces_without_a_kind_stay(text: str) -> None:
    assert made(text) == text


@pytest.mark.parametrize("length", ["", "0", "-1", "x", "100001"])
def test_a_length_that_is_none_is_an_error(length: str) -> None:
    with pytest.raises(ValueError, match="needs a length"):
        made(f"{{{{alnum:{length}}}}}")


def test_a_word_can_be_pronounced() -> None:
    assert re.fullmatch(r"(?:[b-z][aeiou]){4}", made("{{word:8}}"))


def test_special_shapes_are_what_their_gates_expect() -> None:
    assert passes(("jwt",), made("{{jwt}}").encode(), b"")
    assert passes(("github-checksum",), made("{{github:ghp}}").encode(), b"")
    uuid = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}"
    assert re.fullmatch(uuid, made("{{uuid}}"))


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("RSA", "RSA PRIVATE KEY"),
        ("PLAIN", "PRIVATE KEY"),
        ("PGP", "PGP PRIVATE KEY BLOCK"),
        ("OPENSSH", "OPENSSH PRIVATE KEY"),
    ],
)
def test_a_pem_block_has_edges_and_full_lines(label: str, name: str) -> None:
    lines = made(f"{{{{pem:{label}}}}}").split("\n")
    assert (lines[0], lines[-1]) == (f"-----BEGIN {name}-----", f"-----END {name}-----")
    assert all(len(line) == 64 for line in lines[2:-1])


def test_a_pem_block_in_one_line_writes_its_line_ends() -> None:
    text = made("{{pem1:PLAIN}}")
    assert "\n" not in text
    assert text.startswith("-----BEGIN PRIVATE KEY-----\\n")
    assert text.endswith("-----END PRIVATE KEY-----\\n")
