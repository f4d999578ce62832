"""A page in a real browser for tests: opened from a file, with whatever it complains of or asks the network for."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="no chromium: apt-get install chromium")


@contextmanager
def launched() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        yield browser
        browser.close()


def opened(browser: Browser, tmp_path: Path, text: str, **options: object) -> tuple[Page, list[str]]:
    """Open a page from a file; second, whatever it complains of or asks the network for, then and later."""
    (tmp_path / "page.html").write_text(text, encoding="utf-8")
    page = browser.new_page(**options)
    complaints: list[str] = []

    def asked(url: str) -> None:
        if "page.html" not in url and not url.startswith("data:"):
            complaints.append(url)

    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked(request.url))
    page.goto((tmp_path / "page.html").as_uri())
    return page, complaints


WORST_CONTRAST = """() => {
    const channel = value => (value /= 255) <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    const numbers = colour => colour.match(/[\\d.]+/g).map(Number);
    const light = colour => { const [r, g, b] = numbers(colour).map(channel); return .2126*r + .7152*g + .0722*b; };
    const behind = element => {
        for (let each = element; each; each = each.parentElement) {
            const colour = getComputedStyle(each).backgroundColor;
            if ((numbers(colour)[3] ?? 1) > 0) return colour;
        }
        return 'rgb(255, 255, 255)';
    };
    const ratios = [...document.querySelectorAll('body *')]
        .filter(each => [...each.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
        .map(each => {
            const [a, b] = [light(getComputedStyle(each).color), light(behind(each))];
            return (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
        });
    return Math.min(...ratios);
}"""
