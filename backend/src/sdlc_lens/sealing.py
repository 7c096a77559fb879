"""Access tokens as they are stored: sealed, so that the database alone does not give them away."""

from base64 import b64decode, b64encode
from collections.abc import Sequence
from hashlib import blake2b

from sdlc_lens.errors import TokenStorageDisabled, TokenUnreadable

KEY_BYTES = 32
KEY_ID_LENGTH = 16
SHORTEST_SHOWN = 8
"""A shorter token is masked as a whole: its last four characters would be most of it."""

_NO_KEY = "this service has no key to seal tokens with. Set SDLC_LENS_TOKEN_ENCRYPTION_KEY"
_UNREADABLE = (
    "the stored access token cannot be opened with the keys of this service. Give the token again,"
    " or add the key that sealed it to SDLC_LENS_TOKEN_ENCRYPTION_KEY"
)


class Keys:
    """The service's keys: the first one seals, all of them open."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = {_key_id(key): key for key in keys}

    def seal(self, token: str) -> str:
        """TOKEN as it is stored: the id of the first key, a colon, base64.

        Raises: TokenStorageDisabled, without a key.
        """
        # Imported late on purpose: few services store a token, and libsodium takes 1 MB.
        from nacl.secret import SecretBox

        self.require_key()
        key_id, key = next(iter(self._keys.items()))
        return f"{key_id}:{b64encode(SecretBox(key).encrypt(token.encode())).decode()}"

    def open(self, sealed: str) -> str:
        """The token.

        Raises: TokenUnreadable, when none of the keys has sealed it or it was changed.
        """
        from nacl.exceptions import CryptoError
        from nacl.secret import SecretBox

        if not self.can_open(sealed):
            raise TokenUnreadable(_UNREADABLE)
        key_id, _, text = sealed.partition(":")
        try:
            return SecretBox(self._keys[key_id]).decrypt(b64decode(text)).decode()
        except (CryptoError, ValueError):
            # Without the cause: a traceback could show what was read.
            raise TokenUnreadable(_UNREADABLE) from None

    def can_open(self, sealed: str) -> bool:
        """Whether one of the keys has sealed this; cheap."""
        return sealed.partition(":")[0] in self._keys

    def is_current(self, sealed: str) -> bool:
        """Whether the first key has sealed this."""
        return sealed.partition(":")[0] == next(iter(self._keys), None)

    def why_unreadable(self, sealed: str | None) -> str | None:
        """What to tell the user about a stored token that none of the keys has sealed."""
        return _UNREADABLE if sealed is not None and not self.can_open(sealed) else None

    @property
    def can_seal(self) -> bool:
        """Whether tokens can be stored."""
        return bool(self._keys)

    def require_key(self) -> None:
        """Raises: TokenStorageDisabled, when there is none."""
        if not self._keys:
            raise TokenStorageDisabled(f"body.access_token: {_NO_KEY}, or leave the token out")


NO_KEYS = Keys([])


def read_keys(text: str) -> list[bytes]:
    """The keys in TEXT, in base64 of either alphabet, separated by commas or white space.

    Raises: ValueError, which does not repeat them.
    """
    keys = []
    for number, part in enumerate(text.replace(",", " ").split(), start=1):
        try:
            key = b64decode(part.replace("-", "+").replace("_", "/"), validate=True)
        except ValueError:
            raise ValueError(f"key {number} is not valid base64") from None
        if len(key) != KEY_BYTES:
            raise ValueError(f"key {number} has {len(key)} bytes")
        keys.append(key)
    return keys


def mask(token: str) -> str:
    """What may be shown of TOKEN."""
    return f"****{token[-4:]}" if len(token) >= SHORTEST_SHOWN else "****"


def _key_id(key: bytes) -> str:
    return blake2b(key, digest_size=KEY_ID_LENGTH // 2, person=b"sdlc-lens key").hexdigest()
