"""The three keys: signing, private links, sensitive answers.

Only hashes of private links are stored. Sensitive answers are one encrypted document; the first
key encrypts, every key can decrypt, so keys can be changed without losing answers.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from ppflow import config
from ppflow.errors import PpflowError

REFERENCE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # nothing that is misheard on the phone


class SealError(PpflowError):
    """A sealed document cannot be opened with the keys of this installation."""


def new_token() -> str:
    """256 random bits, safe in an address or a cookie (43 characters)."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What the database keeps of a token: SHA-256, hex."""
    return hashlib.sha256(token.encode()).hexdigest()


def link_token(link_id: int, generation: int) -> str:
    """The secret of a private link: HMAC-SHA256(link key, id | generation), 43 characters."""
    key = config.current().link_key.encode()
    digest = hmac.new(key, f"{link_id}|{generation}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def draft_token(draft_id: int, generation: int) -> str:
    """The secret of the mailed link back to a form not sent yet.

    HMAC(link key, draft | id | generation): each link mailed ends those mailed before.
    """
    key = config.current().link_key.encode()
    digest = hmac.new(key, f"draft|{draft_id}|{generation}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def check_token(check_id: int) -> str:
    """The secret of an email that shows that the mailbox is theirs: HMAC(link key, check|id)."""
    key = config.current().link_key.encode()
    digest = hmac.new(key, f"check|{check_id}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def fingerprint(text: str, purpose: str) -> str:
    """A keyed hash to compare values (an address, a network) without keeping them."""
    key = config.current().secret_key.encode()
    return hmac.digest(key, f"{purpose}|{text}".encode(), "sha256").hex()


def new_reference() -> str:
    """A reference people can say on the phone: `PP-` and seven characters."""
    return "PP-" + "".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(7))


@lru_cache(maxsize=4)
def _box(answer_keys: str) -> MultiFernet:
    keys = [key.strip() for key in answer_keys.split(",") if key.strip()]
    return MultiFernet([Fernet(key) for key in keys])


def seal(document: dict[str, Any]) -> bytes:
    """Encrypt a JSON document."""
    return _box(config.current().answer_keys).encrypt(
        json.dumps(document, ensure_ascii=False).encode()
    )


def unseal(sealed: bytes | None) -> dict[str, Any]:
    """Decrypt a JSON document; nothing sealed gives an empty one. Raises `SealError`."""
    if not sealed:
        return {}
    try:
        document: dict[str, Any] = json.loads(_box(config.current().answer_keys).decrypt(sealed))
    except InvalidToken:
        raise SealError("These answers were locked with a key that is not set here.") from None
    return document
