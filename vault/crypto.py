"""AES-256-GCM in an envelope: the key ring wraps one secret per subject, and a subject's key seals their words.

Bytes in, bytes out. An envelope is: format (1 byte), id of the key (8), nonce (12), ciphertext with its tag. What is
sealed is bound to its place (table, column, row, subject), so it opens nowhere else.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Sequence
from typing import Any, NamedTuple, NoReturn

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from vault.errors import KeyMissing, Unreadable

FORMAT = 1
ID_BYTES, NONCE_BYTES, TAG_BYTES, SECRET_BYTES = 8, 12, 16, 32
HEADER_BYTES = 1 + ID_BYTES + NONCE_BYTES
BLOCK = 64
"""Words are filled up to a multiple of this, so that the length of a short answer does not tell “yes” from “no”."""


class Place(NamedTuple):
    """Where a sealed value belongs."""

    table: str
    column: str
    row: str
    subject: str


class Secretive:
    """Holds a key: shows itself to nobody and does not travel."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise TypeError("Keys are not pickled.")


class _Cipher(Secretive):
    """One key in use: its id, and sealing and opening with bound data."""

    __slots__ = ("_aes", "id")

    def __init__(self, secret: bytes, purpose: str) -> None:
        self.id = derive(secret, f"{purpose} id")[:ID_BYTES]
        self._aes = AESGCM(derive(secret, purpose))

    def seal(self, plain: bytes, bound: bytes) -> bytes:
        header = bytes([FORMAT]) + self.id
        nonce = os.urandom(NONCE_BYTES)
        return header + nonce + self._aes.encrypt(nonce, plain, header + bound)

    def open(self, sealed: bytes, bound: bytes) -> bytes:
        if key_id(sealed) != self.id:
            raise Unreadable
        header, nonce = sealed[: 1 + ID_BYTES], sealed[1 + ID_BYTES : HEADER_BYTES]
        try:
            return self._aes.decrypt(nonce, sealed[HEADER_BYTES:], header + bound)
        except InvalidTag:
            raise Unreadable from None


class SubjectKey(Secretive):
    """The key of one subject: seals and opens their words, and makes the names under which the ledger knows them."""

    __slots__ = ("_cipher", "_digests", "_pseudonyms", "id")

    def __init__(self, secret: bytes) -> None:
        self._cipher = _Cipher(secret, "words")
        self._pseudonyms = derive(secret, "pseudonym")
        self._digests = derive(secret, "digest")
        self.id = self._cipher.id

    def seal(self, plain: bytes, place: Place) -> bytes:
        return self._cipher.seal(_fill(plain), _bind(*place))

    def open(self, sealed: bytes, place: Place) -> bytes:
        return _unfill(self._cipher.open(sealed, _bind(*place)))

    def pseudonym(self, subject: str) -> str:
        """The subject's name in the ledger; without this key nobody can tell whose it is."""
        return hmac.digest(self._pseudonyms, subject.encode(), "sha256").hex()

    def digest(self, text: str) -> str:
        """Tells whether two texts are the same, to those who hold the key only: a guess cannot be tried without it."""
        return hmac.digest(self._digests, text.encode(), "sha256").hex()


class KeyRing(Secretive):
    """The wrapping keys, newest first: the newest wraps, all of them unwrap."""

    __slots__ = ("_ciphers", "newest_id")

    def __init__(self, keys: Sequence[bytes]) -> None:
        ciphers = [_Cipher(key, "wrapping") for key in keys]
        self._ciphers = {cipher.id.hex(): cipher for cipher in ciphers}
        self.newest_id = ciphers[0].id.hex()

    @property
    def ids(self) -> list[str]:
        return list(self._ciphers)

    def wrap_new(self, subject: str) -> bytes:
        return self._wrap(os.urandom(SECRET_BYTES), subject)

    def unwrap(self, wrapped: bytes, subject: str) -> SubjectKey:
        return SubjectKey(self._secret(wrapped, subject))

    def rewrap(self, wrapped: bytes, subject: str) -> bytes:
        """The same secret under the newest key."""
        return self._wrap(self._secret(wrapped, subject), subject)

    def _wrap(self, secret: bytes, subject: str) -> bytes:
        return self._ciphers[self.newest_id].seal(secret, _bind("wrapped", subject))

    def _secret(self, wrapped: bytes, subject: str) -> bytes:
        name = key_id(wrapped).hex()
        if name not in self._ciphers:
            raise KeyMissing(name)
        return self._ciphers[name].open(wrapped, _bind("wrapped", subject))


def derive(secret: bytes, purpose: str) -> bytes:
    """One key per purpose from one secret: the single step of HKDF that a random 256-bit secret needs."""
    return hmac.digest(secret, f"vault 1: {purpose}".encode(), "sha256")


def key_id(sealed: bytes) -> bytes:
    """The id of the key that an envelope names; anything that is no envelope is unreadable."""
    if len(sealed) < HEADER_BYTES + TAG_BYTES or sealed[0] != FORMAT:
        raise Unreadable
    return sealed[1 : 1 + ID_BYTES]


def _bind(*parts: str) -> bytes:
    """Each part with its length before it, so that no two places read alike."""
    encoded = [part.encode() for part in parts]
    return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)


def _fill(plain: bytes) -> bytes:
    return plain + b"\x80" + bytes(-(len(plain) + 1) % BLOCK)


def _unfill(filled: bytes) -> bytes:
    return filled.rstrip(b"\0")[:-1]
