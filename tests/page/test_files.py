"""What the page is made of: complete in a package, and the chart library exactly as it was published."""

from __future__ import annotations

import base64
import configparser
import hashlib
import re
from pathlib import Path

from actors.page.static_files import FOLDER, read_files
from tests.architecture.source_tree import ROOT

VENDOR = FOLDER / "vendor" / "lightweight-charts"
LIBRARY = VENDOR / "lightweight-charts.standalone.production.mjs"
#: Of the file in the package whose hash the Makefile has.
LIBRARY_SHA256 = "1bb1ee79f9d4dd17261b53d930f7a8995748276f80e7ba0e24412b5068062f5f"


def ours() -> list[Path]:
    return [path for path in FOLDER.rglob("*") if path.is_file() and VENDOR not in path.parents]


def test_the_chart_library_is_the_published_one_with_its_licence_and_notice() -> None:
    assert hashlib.sha256(LIBRARY.read_bytes()).hexdigest() == LIBRARY_SHA256
    makefile = (ROOT / "Makefile").read_text()
    version = re.search(r"^CHARTS_VERSION := (\S+)$", makefile, re.MULTILINE)
    pinned = re.search(r"^CHARTS_SHA512 := (\S+)$", makefile, re.MULTILINE)
    assert version is not None
    assert pinned is not None
    assert f"v{version[1]}\n" in LIBRARY.read_text()[:200]
    assert len(base64.b64decode(pinned[1], validate=True)) == 64
    assert "Apache License" in (VENDOR / "LICENSE").read_text()
    assert "https://www.tradingview.com/" in (VENDOR / "NOTICE").read_text()


def test_the_page_names_the_library_and_links_to_its_makers() -> None:
    page = (FOLDER / "index.html").read_text()
    assert "TradingView Lightweight Charts™" in page
    assert 'href="https://www.tradingview.com/"' in page


def test_an_installed_package_has_every_file_of_the_page() -> None:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    patterns = setup["options.package_data"]["actors.page"].split()
    packed = {path for pattern in patterns for path in FOLDER.parent.glob(pattern) if path.is_file()}
    assert packed == {path for path in FOLDER.rglob("*") if path.is_file()}


def test_nothing_but_that_link_points_beyond_the_bot() -> None:
    for path in ours():
        found = set(
            re.findall(
                r"(?:https?:)?//[a-z][^\s\"'<]*",
                re.sub(r"^\s*//.*$|\s// .*$", "", path.read_text(), flags=re.MULTILINE),
            )
        )
        assert found <= {"https://www.tradingview.com/", "http://www.w3.org/2000/svg"}, path


def test_no_script_makes_markup_of_text_and_no_page_runs_what_stands_in_it() -> None:
    scripts = [path for path in ours() if path.suffix == ".js"]
    assert len(scripts) > 10
    for path in scripts:
        for banned in (
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "new Function",
        ):
            assert banned not in path.read_text(), (
                f"{path} uses {banned}: make() and put() in dom.js keep text text"
            )
    page = (FOLDER / "index.html").read_text()
    assert not re.search(r"<script(?![^>]* src=)|\son[a-z]+=|\sstyle=|<style", page)


def test_scripts_stay_short_and_every_file_is_served() -> None:
    served = read_files()
    for path in ours():
        assert path.relative_to(FOLDER).as_posix() in served
        assert len(path.read_text().splitlines()) <= 230, path
