import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.github.signatures import is_signed

# GitHub's own example: https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
SECRET = "It's a Secret to Everybody"  # noqa: S105  # It is printed in GitHub's manual.
BODY = b"Hello, World!"
DIGEST = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
HEADER = f"sha256={DIGEST}"
OTHER = "another secret"


def test_githubs_own_example_is_signed() -> None:
    assert is_signed(HEADER, BODY, [SECRET])


def test_another_secret_does_not_sign_it() -> None:
    assert not is_signed(HEADER, BODY, [OTHER])
    assert not is_signed(HEADER, BODY, [f"{SECRET} "])


def test_during_a_rotation_each_live_secret_signs() -> None:
    assert is_signed(HEADER, BODY, [OTHER, SECRET])
    assert is_signed(HEADER, BODY, [SECRET, OTHER])


def test_without_a_secret_nothing_is_signed() -> None:
    assert not is_signed(HEADER, BODY, [])


def test_a_secret_that_was_not_set_signs_nothing() -> None:
    anybody = hmac.new(b"", BODY, hashlib.sha256).hexdigest()
    assert not is_signed(f"sha256={anybody}", BODY, ["", SECRET])


def test_a_secret_may_be_of_any_alphabet() -> None:
    digest = hmac.new("größer".encode(), BODY, hashlib.sha256).hexdigest()
    assert is_signed(f"sha256={digest}", BODY, ["größer"])


@pytest.mark.parametrize(
    "body",
    [b"Hello, World", b"Hello, World!\n", b"hello, World!", b"\xef\xbb\xbfHello, World!", b""],
)
def test_a_body_that_differs_by_a_byte_is_not_signed(body: bytes) -> None:
    assert not is_signed(HEADER, body, [SECRET])


def test_sha_1_is_not_taken_though_it_is_right() -> None:
    digest = hmac.new(SECRET.encode(), BODY, hashlib.sha1).hexdigest()
    assert not is_signed(f"sha1={digest}", BODY, [SECRET])


@pytest.mark.parametrize(
    "header",
    [
        pytest.param(None, id="absent"),
        pytest.param("", id="empty"),
        pytest.param("sha256=", id="no digest"),
        pytest.param(DIGEST, id="no algorithm"),
        pytest.param(HEADER[:-1], id="truncated"),
        pytest.param(f"{HEADER}0", id="longer"),
        pytest.param(f"{HEADER}\n", id="newline after"),
        pytest.param(f"{HEADER}é", id="not ASCII after"),
        pytest.param(f" {HEADER}", id="blank before"),
        pytest.param(f"sha256={DIGEST.upper()}", id="upper case"),
        pytest.param(f"SHA256={DIGEST}", id="algorithm in upper case"),
        pytest.param(f"{HEADER},{HEADER}", id="twice"),
        pytest.param(f"sha256=é{DIGEST[1:]}", id="not ASCII"),
        pytest.param(
            f"sha256=\N{FULLWIDTH DIGIT SEVEN}{DIGEST[1:]}", id="another alphabet's digit"
        ),
        pytest.param(f"sha256=\ud800{DIGEST[1:]}", id="half a surrogate pair"),
    ],
)
def test_a_header_of_another_form_signs_nothing(header: str | None) -> None:
    assert not is_signed(header, BODY, [SECRET])


@given(st.none() | st.text(), st.binary(), st.lists(st.text(st.characters(codec="utf-8"))))
def test_no_header_and_no_body_make_it_raise(
    header: str | None, body: bytes, secrets: list[str]
) -> None:
    assert not is_signed(header, body, secrets)


@given(st.binary(), st.text(st.characters(codec="utf-8"), min_size=1))
def test_what_is_signed_is_accepted_whatever_it_is(body: bytes, secret: str) -> None:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    assert is_signed(f"sha256={digest}", body, [OTHER, secret])
