"""An account's key and secret, held so that no print, log or traceback shows them."""

from __future__ import annotations


class Keys:
    """API key and secret; its repr masks both."""

    __slots__ = ("api_key", "api_secret")

    def __init__(self, api_key: str, api_secret: str) -> None:
        self.api_key = api_key
        self.api_secret = api_secret

    def __repr__(self) -> str:
        return "Keys(api_key='***', api_secret='***')"

    def masked(self, text: str) -> str:
        """A text of the exchange, which may repeat the key, without it."""
        return text.replace(self.api_key, "***") if self.api_key else text
