"""Where the bot's own HTTP servers log: errors of ours, and nothing of what a client has got wrong.

Whoever reaches a port may send anything at all. It is answered with 400; a traceback for each would fill the
log.
"""

from __future__ import annotations

import logging

from aiohttp.http_exceptions import HttpProcessingError

HTTP_LOG = logging.getLogger("sol_trader.http")


def _is_ours(record: logging.LogRecord) -> bool:
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, HttpProcessingError)


HTTP_LOG.addFilter(_is_ours)
