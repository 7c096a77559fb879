"""Chromium, driven over WebDriver: pages as a person has them on the screen and under the keys."""

import json
from base64 import b64decode
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from axe_selenium_python import Axe  # type: ignore[import-untyped]
from engine import until
from selenium import webdriver
from selenium.webdriver import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

HEIGHT = 800
PAPER = 680
"""The width of A4 without its margins, in pixels."""

PATIENCE_SECONDS = 20
MOST_TABS = 80

_ARGUMENTS = ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--hide-scrollbars")
_FOCUSED = """const it = document.activeElement;
return it === document.body ? "" : it.ariaLabel || (it.labels?.[0] ?? it).innerText"""
_OUTLINE = "return getComputedStyle(document.activeElement).outlineStyle !== 'none'"
_TEXT = "return document.querySelector(arguments[0])?.innerText ?? ''"
_STYLE = """const [selector, name, part] = arguments;
return [...document.querySelectorAll(selector)].map((it) => getComputedStyle(it, part)[name])"""
_OVERFLOW = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"


def browser_options() -> webdriver.ChromeOptions:
    """How the browser starts, and that its logs can be read."""
    chosen = webdriver.ChromeOptions()
    chosen.binary_location = "/usr/lib/chromium/chromium"
    for argument in _ARGUMENTS:
        chosen.add_argument(argument)
    chosen.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return chosen


class Chromium:
    """A browser that looks at one service, whose address is ``service``."""

    def __init__(self, driver: webdriver.Remote, service: str) -> None:
        self._driver = driver
        self.service = service
        self._scripts = True

    def scripts(self, allowed: bool) -> Self:
        """Whether pages can run scripts, from the next one on."""
        self._scripts = allowed
        self._command("Emulation.setScriptExecutionDisabled", value=not allowed)
        return self

    def width(self, pixels: int) -> Self:
        """How wide the window is."""
        size = {"width": pixels, "height": HEIGHT, "deviceScaleFactor": 1, "mobile": False}
        self._command("Emulation.setDeviceMetricsOverride", **size)
        return self

    def theme(self, name: str) -> Self:
        """Whether the system is light or dark."""
        return self.prefers("color-scheme", name)

    def prefers(self, what: str, value: str) -> Self:
        """What the system's settings say, such as `reduced-motion: reduce`."""
        features = [{"name": f"prefers-{what}", "value": value}]
        self._command("Emulation.setEmulatedMedia", media="", features=features)
        return self

    def print(self) -> Self:
        """Lay the page out as on paper of A4."""
        self._command("Emulation.setEmulatedMedia", media="print")
        return self.width(PAPER)

    def open(self, path: str) -> Self:
        self._driver.get(f"{self.service}{path}")
        return self

    def at(self, service: str) -> Self:
        """Look at another service from the next page on."""
        self.service = service
        return self

    def first_visit(self, path: str) -> list[int]:
        """Open a page of which nothing is cached; how many bytes came for each request."""
        self._command("Network.clearBrowserCache")
        self._log("performance")
        self.open(path)
        events = [json.loads(entry["message"])["message"] for entry in self._log("performance")]
        return [
            int(event["params"]["encodedDataLength"])
            for event in events
            if event["method"] == "Network.loadingFinished"
        ]

    @property
    def path(self) -> str:
        """Path and query of the page."""
        return self._driver.current_url.removeprefix(self.service)

    def shown(self, selector: str) -> str:
        """The text of the first such element; empty while there is none."""
        return str(self._driver.execute_script(_TEXT, selector)).strip()

    @property
    def text(self) -> str:
        """What the page shows."""
        return self.shown("main")

    @property
    def overflow(self) -> int:
        """By how many pixels the page is wider than the window."""
        return int(self._driver.execute_script(_OVERFLOW))

    def until_heading(self, wanted: str) -> Self:
        """Wait for the page with this heading."""
        return self.until_shown("h1", wanted)

    def until_shown(self, selector: str, wanted: str) -> Self:
        """Wait until an element has a text."""
        until(
            lambda: self.shown(selector) == wanted,
            PATIENCE_SECONDS, lambda: (self.path, self.text),
        )  # fmt: skip
        return self

    def until_text(self, wanted: str) -> Self:
        """Wait until the page shows a text; without scripts, load it again meanwhile."""

        def is_shown() -> bool:
            if found := wanted in self.text:
                return found
            if not self._scripts:
                self._driver.refresh()
            return False

        until(is_shown, PATIENCE_SECONDS, lambda: (self.path, self.text))
        return self

    def until_theme(self, wanted: str) -> Self:
        """Wait for the page in a theme that its form has set."""
        page = (By.CSS_SELECTOR, f"[data-theme={wanted}]")
        until(lambda: self._driver.find_elements(*page), PATIENCE_SECONDS, lambda: self.path)
        return self

    def visible(self, selector: str) -> list[str]:
        """The texts of such elements, of those that are visible."""
        found = self._driver.find_elements(By.CSS_SELECTOR, selector)
        return [element.text for element in found if element.is_displayed()]

    def style(self, selector: str, name: str, part: str = "") -> set[str]:
        """The values that a property of CSS has for these elements, or their PART, as ::after."""
        return set(self._driver.execute_script(_STYLE, selector, name, part))

    def link(self, text: str) -> str:
        """Where a link leads."""
        return str(self._driver.find_element(By.LINK_TEXT, text).get_attribute("href"))

    def hint(self, selector: str) -> str:
        """What is shown when the mouse is on an element."""
        element = self._driver.find_element(By.CSS_SELECTOR, selector)
        ActionChains(self._driver).move_to_element(element).perform()
        return str(element.get_attribute("title"))

    @property
    def focused(self) -> str:
        """The name of the element that has the focus; empty when none has."""
        return str(self._driver.execute_script(_FOCUSED)).strip()

    def press(self, *keys: str) -> Self:
        ActionChains(self._driver).send_keys(*keys).perform()
        return self

    def tab_to(self, name: str) -> Self:
        """Press Tab until the element with this name has the focus, which has to be visible."""
        passed = []
        for _ in range(MOST_TABS):
            self.press(Keys.TAB)
            passed.append(self.focused)
            # Behind the last element, and before the first, is the browser itself.
            assert not passed[-1] or self._driver.execute_script(_OUTLINE), passed[-1]
            if passed[-1] == name:
                return self
        raise AssertionError(f"{name} has never had the focus, but {passed}")

    def follow(self, name: str) -> Self:
        """Reach a link or button by the keyboard, and press Enter."""
        return self.tab_to(name).press(Keys.ENTER)

    def violations(self) -> list[str]:
        """What axe reports about the page: rule, and the elements."""
        (axe := Axe(self._driver)).inject()
        found = axe.run(options={"resultTypes": ["violations"]})["violations"]
        return [f"{it['id']}: {[node['target'] for node in it['nodes']]}" for it in found]

    def run(self, script: str) -> None:
        """Run a script in the page."""
        self._driver.execute_script(script)

    def keep(self, file: Path, *, whole: bool = True) -> None:
        """A picture of the page, or of what is seen of it without scrolling: PNG or WebP."""
        size = self._command("Page.getLayoutMetrics")["cssContentSize"]
        clip = {**size, "height": size["height"] if whole else HEIGHT, "scale": 1}
        how = {"format": file.suffix[1:], "captureBeyondViewport": whole, "clip": clip}
        how |= {"quality": 65} if file.suffix == ".webp" else {}
        picture = self._command("Page.captureScreenshot", **how)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b64decode(picture["data"]))

    def faults(self) -> list[str]:
        """Since the last call: requests elsewhere, failed ones, messages on the console.

        A violation of the content security policy and an uncaught exception are such messages.
        """
        found = [fault for entry in self._log("performance") for fault in self._request(entry)]
        messages = [entry for entry in self._log("browser") if entry["source"] != "network"]
        return found + [entry["message"] for entry in messages]

    def _request(self, entry: dict[str, Any]) -> list[str]:
        event = json.loads(entry["message"])["message"]
        details = event["params"]
        match event["method"]:
            case "Network.requestWillBeSent":
                address = urlsplit(details["request"]["url"])
                if f"{address.scheme}://{address.netloc}" != self.service:
                    return [f"request to {address.geturl()[:200]}"] * (address.scheme != "data")
            case "Network.responseReceived" if details["type"] != "Document":
                if details["response"]["status"] >= 400:
                    return [f"{details['response']['status']} {details['response']['url']}"]
        return []

    def _log(self, kind: str) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = self._driver.execute("getLog", {"type": kind})["value"]
        return entries

    def _command(self, name: str, **parameters: Any) -> Any:
        """Send a command of the DevTools protocol."""
        command = {"cmd": name, "params": parameters}
        return self._driver.execute("executeCdpCommand", command)["value"]
