"""``python -m exchange.venue.server``: the venue alone, for any Bybit client."""

from __future__ import annotations

import asyncio
import logging
import sys

from exchange.venue.server.journal import JournalFailed
from exchange.venue.server.options import OptionsError, parse
from exchange.venue.server.serve import serve


def main() -> int:
    """Run a venue as the command line says; 0 after a clean stop, 2 for options that can't be had, else 1."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="venue: %(message)s")
    try:
        asyncio.run(serve(parse(), ready=_say_ready))
    except OptionsError as error:
        sys.stderr.write(f"venue: {error}\n")
        return 2
    except JournalFailed as error:
        sys.stderr.write(f"venue: {error}\n")
        return 1
    return 0


def _say_ready(url: str) -> None:
    sys.stdout.write(f"venue ready on {url}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
