"""What the tests of the lab's pages share: one server and one browser for all of them."""

from __future__ import annotations

import importlib
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

LOOPBACK = ("127.0.0.1", "localhost", "[::1]", "::1")
_BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
_QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def missing(what: str) -> None:
    """Skip, with the reason; where continuous integration runs, nothing may be missing."""
    if os.environ.get("CI"):
        pytest.fail(f"continuous integration needs {what}")
    pytest.skip(f"needs {what}")


def needed(module: str, package: str) -> Any:
    """The module; without it the same as for anything else that is missing."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError:
        missing(f"pip install {package!r}")


@pytest.fixture(scope="session")
def node() -> str:
    """The path of Node.js, which runs the tests of the pages' modules."""
    found = shutil.which("node")
    if found is None:
        missing("node, version 20 or newer, in PATH")
    return str(found)


@pytest.fixture(scope="session")
def lab() -> Iterator[Any]:
    """A running server of the lab."""
    needed("starlette", "pronghorn[lab]")
    from pronghorn.lab import Lab

    with Lab(port=0) as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A headless Chromium: the one PRONGHORN_BROWSER names, else one in PATH."""
    playwright = needed("playwright.sync_api", "playwright")
    named = [os.environ["PRONGHORN_BROWSER"]] if "PRONGHORN_BROWSER" in os.environ else _BROWSERS
    path = next((found for name in named if (found := shutil.which(name))), None)
    if path is None:
        missing("Chromium in PATH, or its path in PRONGHORN_BROWSER")
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=path, args=list(_QUIET))
        yield started
        started.close()


@pytest.fixture
def open_page(lab: Any, browser: Any, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """``open_page("/race", color_scheme="dark")`` → the page, connected.

    The test fails where a page asks for anything beyond this machine, writes an error to the
    console or breaks its content security policy.
    """
    troubles: list[str] = []
    contexts = []

    def look_at(route: Any) -> None:
        address = urlsplit(route.request.url)
        if address.scheme in ("data", "blob") or address.hostname in LOOPBACK:
            route.continue_()
        else:
            troubles.append(f"asked for {route.request.url}")
            route.abort()

    def open_one(path: str = "/", width: int = 1440, height: int = 1000, **options: Any) -> Any:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            permissions=["clipboard-read", "clipboard-write"],
            **options,
        )
        contexts.append(context)
        context.route("**/*", look_at)
        page = context.new_page()
        page.set_default_timeout(300_000)
        page.on("pageerror", lambda error: troubles.append(f"error: {error}"))
        page.on(
            "console",
            lambda line: troubles.append(f"console: {line.text}") if line.type == "error" else None,
        )
        page.goto(lab.link(path))
        page.locator("#status[data-state=open]").wait_for()
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert troubles == []


@pytest.fixture(scope="session")
def axe_violations() -> Callable[..., list[str]]:
    """``axe_violations(page, "#work")``: what axe-core finds wrong, one line a rule."""
    axe = needed("axe_playwright_python.sync_playwright", "axe-playwright-python").Axe()

    def find(page: Any, within: str | None = None) -> list[str]:
        found = axe.run(page, context=within).response["violations"]
        return [
            f"{rule['id']}: {rule['help']}: {[node['target'] for node in rule['nodes'][:5]]}"
            for rule in found
        ]

    return find
