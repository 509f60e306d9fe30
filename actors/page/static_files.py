"""The files of static/, read once: only what lies there can be asked for, whatever a path says."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

FOLDER = Path(__file__).parent / "static"
#: A file of another kind is not served.
TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticFile:
    """One file as it is sent; ``etag`` changes with its content."""

    content_type: str
    body: bytes
    packed: bytes
    etag: str

    def answer(self, request: web.Request) -> web.Response:
        """The file, packed where the browser can read that; 304 where it has it already."""
        headers = {"Cache-Control": "no-cache", "ETag": f'"{self.etag}"', "Vary": "Accept-Encoding"}
        known = request.if_none_match or ()
        if any(tag.value == self.etag for tag in known):
            return web.Response(status=304, headers=headers)
        body = self.body
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            body, headers["Content-Encoding"] = self.packed, "gzip"
        return web.Response(body=body, headers=headers, content_type=self.content_type, charset="utf-8")


def read_files(folder: Path = FOLDER) -> dict[str, StaticFile]:
    """Every file by its path under ``folder``, with ``/``: ``app.js``, ``vendor/…``."""
    found: dict[str, StaticFile] = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix in TYPES:
            body = path.read_bytes()
            found[path.relative_to(folder).as_posix()] = StaticFile(
                content_type=TYPES[path.suffix],
                body=body,
                packed=gzip.compress(body, mtime=0),
                etag=hashlib.sha256(body).hexdigest()[:32],
            )
    return found
