"""What can be wrong with prices. One exception: its text says what, where, and what to do."""

from __future__ import annotations


class PriceError(ValueError):
    """Prices that can't be replayed or generated as asked; ``str`` of it is fit for a user."""
