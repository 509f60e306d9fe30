"""Milliseconds as text, without a clock and without rounding."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def iso_utc(at_ms: int) -> str:
    """``2026-01-01T00:00:00.000Z`` for 1767225600000."""
    at = _EPOCH + timedelta(milliseconds=at_ms)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def file_stamp(at_ms: int) -> str:
    """The same for names of files: ``20260101T000000.000Z``."""
    return iso_utc(at_ms).replace("-", "").replace(":", "")
