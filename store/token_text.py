"""What an API token looks like.

A token is text such as `crd_T0TEST_<32 random letters and digits><6 that check them>`. It names its workspace, so that
its record lies with the workspace's other keys; a mistyped one is told from its check without asking Redis. The secret
has 190 random bits, so that a plain SHA-256 of the whole text is safe to keep and to look up by.
"""

import hashlib
import re
import secrets
import string
import zlib

_ALPHABET = string.digits + string.ascii_letters
_RANDOM, _CHECK = 32, 6
_FORM = re.compile(rf"crd_([A-Za-z0-9_.-]{{1,64}})_([0-9A-Za-z]{{{_RANDOM + _CHECK}}})")


def random_text() -> str:
    """The random part of a token."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_RANDOM))


def tenant_of(secret: str) -> str:
    """The workspace that a token names, "" where it cannot be one of ours."""
    form = _FORM.fullmatch(secret)
    return form[1] if form and checked(secret[:-_CHECK]) == secret else ""


def checked(text: str) -> str:
    """The text with its check behind it: CRC-32 in six letters and digits."""
    rest, found = zlib.crc32(text.encode()), ""
    for _ in range(_CHECK):
        rest, place = divmod(rest, len(_ALPHABET))
        found = _ALPHABET[place] + found
    return text + found


def digest_of(secret: str) -> str:
    """By which a token is kept and looked up."""
    return hashlib.sha256(secret.encode()).hexdigest()
