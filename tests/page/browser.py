"""A headless Chromium that can reach nothing but loopback, and what it complains of."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.service import Service

from tests.tools import tool
from tests.venue_process import wait_for

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1440,900",
    # Whatever it asks for beyond loopback has no address.
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
)
#: Far beyond what a page takes on a machine that has other work.
PATIENCE_S = 300


class Browser:
    """What a person would see, and what the page's makers must not miss."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        self.driver = driver
        self.requests: list[str] = []

    def open(self, url: str) -> None:
        self.driver.get(url)

    def text(self, selector: str) -> str:
        """The text of the first element; "" where there is none."""
        found = self.run("return document.querySelector(arguments[0])?.textContent ?? ''", selector)
        return str(found)

    def run(self, script: str, *given: Any) -> Any:
        return self.driver.execute_script(script, *given)

    def wait(self, script: str, what: str) -> Any:
        """Wait until a script gives something; fails with the page's text and complaints."""
        try:
            return wait_for(lambda: self.run(script), what, deadline_s=PATIENCE_S)
        except AssertionError as error:
            body = self.run("return document.body.innerText")[:2000]
            raise AssertionError(f"{error}\n{body}\n{self.complaints()}") from error

    def complaints(self) -> list[str]:
        """The console's warnings and errors since the last look."""
        return [f"{line['level']}: {line['message']}" for line in self.driver.get_log("browser")]

    def asked(self) -> list[str]:
        """The addresses of all requests so far, of every frame and worker."""
        for line in self.driver.get_log("performance"):
            message = json.loads(line["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                self.requests.append(message["params"]["request"]["url"])
        return self.requests

    def screen(self, width: int, height: int, *, dark: bool = False, phone: bool = False) -> None:
        """Take on a size and the system's colours."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": phone}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": scheme})


@contextmanager
def browser(folder: Path) -> Iterator[Browser]:
    """One that has an empty profile of its own in ``folder``."""
    options = webdriver.ChromeOptions()
    options.binary_location = tool("chromium")
    for flag in (*FLAGS, f"--user-data-dir={folder}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(tool("chromedriver")))
    driver.command_executor.client_config.timeout = PATIENCE_S
    try:
        yield Browser(driver)
    finally:
        try:
            driver.quit()
        except WebDriverException:
            driver.service.stop()
