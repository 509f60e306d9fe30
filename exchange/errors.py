"""What can go wrong with the exchange, as one tree.

ExchangeError
├── Refused          the exchange said no: certainly not carried out
│   ├── Retryable    ... and the same wish may be sent again later
│   └── Fatal        ... and no repetition can help (key, permission, compliance)
├── OutcomeUnknown   it may or may not have been carried out: look it up, never resend blindly
└── ProtocolError    the exchange sent what cannot be read: what, where
"""

from __future__ import annotations


class ExchangeError(Exception):
    """Base of the tree. ``code`` is the exchange's retCode, an HTTP status as negative, or 0."""

    def __init__(self, text: str, *, code: int = 0) -> None:
        super().__init__(text)
        self.code = code


class Refused(ExchangeError):
    """The exchange refused: nothing was carried out."""


class Retryable(Refused):
    """Refused for now; may be tried again later."""


class Fatal(Refused):
    """Refused for good; a person must act."""


class OutcomeUnknown(ExchangeError):
    """No reply, or one that proves nothing."""


class ProtocolError(ExchangeError):
    """A reply or frame that does not read as the protocol says."""
