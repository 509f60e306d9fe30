"""Programs that some tests need beside Python: found on the PATH, or the test is skipped and says so.

With SOLTRADER_REQUIRE_TOOLS=1 a missing one is a failure; .ci/run installs them and sets it.
"""

from __future__ import annotations

import os
import shutil

import pytest

REQUIRE = "SOLTRADER_REQUIRE_TOOLS"
#: Which of Debian's packages has it.
PACKAGES = {
    "prometheus": "prometheus",
    "promtool": "prometheus",
    "chromium": "chromium",
    "chromedriver": "chromium-driver",
}


def tool(name: str) -> str:
    """The path of a program; skips the test where it is missing, or fails it if it must be there."""
    found = shutil.which(name)
    if found is not None:
        return found
    text = f"{name} is not on the PATH (Debian's package: {PACKAGES.get(name, name)})"
    if os.environ.get(REQUIRE) == "1":
        pytest.fail(f"{text}, and {REQUIRE}=1 demands it", pytrace=False)
    pytest.skip(text)
