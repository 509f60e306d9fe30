"""A page of HTML with everything in it: figures and sheets of every account, nothing to be loaded."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from html import escape

from actors.reports.drawings.plots import as_svg
from actors.reports.history.analysis import Analysis
from actors.reports.history.tables import COLUMNS, cells, heading, sentences

_STYLE = """
:root { color-scheme: light; }
body { font: 15px/1.45 system-ui, sans-serif; color: #1a1a1a; background: #fff; max-width: 75rem;
  margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .8rem .25rem 0; text-align: left; white-space: nowrap; }
th { font-weight: 600; color: #6b6b6b; border-bottom: 1px solid #d9d9d9; }
.right { text-align: right; } .total td { font-weight: 600; border-top: 1px solid #d9d9d9; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; }
dt { color: #6b6b6b; } dd { margin: 0; }
img { width: 100%; height: auto; }
@media print { body { margin: 0; max-width: none; } section { break-after: page; } }
"""


def page(found: Sequence[Analysis]) -> bytes:
    """The page, for every browser and without any other file."""
    body = "\n".join(part for one in found for part in _section(one))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>sol-trader: analysis</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"<h1>sol-trader: analysis</h1>\n{body}\n</body>\n</html>\n"
    ).encode()


def _section(found: Analysis) -> Iterator[str]:
    name = heading(found)
    yield f"<section>\n<h2>{escape(name)}</h2>"
    yield '<div class="wide"><table>\n<thead><tr>' + "".join(
        f'<th scope="col" class="{justify}">{escape(column)}</th>' for column, justify in COLUMNS
    )
    yield "</tr></thead>\n<tbody>"
    for figures in (*found.sides, found.total):
        kind = ' class="total"' if figures is found.total else ""
        row = zip(COLUMNS, cells(figures), strict=True)
        told = "".join(f'<td class="{justify}">{escape(cell)}</td>' for (_, justify), cell in row)
        yield f"<tr{kind}>{told}</tr>"
    yield "</tbody></table></div>\n<dl>"
    for word, sentence in sentences(found):
        yield f"<dt>{escape(word)}</dt><dd>{escape(sentence)}</dd>"
    picture = base64.b64encode(as_svg(found)).decode()
    alternative = escape(f"{name}: equity, drawdown, realised profit by side, depth of ladders", quote=True)
    yield f'</dl>\n<img alt="{alternative}" src="data:image/svg+xml;base64,{picture}">\n</section>'
