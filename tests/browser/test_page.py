"""The report as its readers open it: on a phone and a wide screen, in print, in the dark, with no network."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Request

from tests.browser.export import FACTOR, HACKED, IN_NAMES, MARKUP

PHONE, WIDE, HEIGHT = 360, 1440, 900
#: A4 without its margins, in pixels of a style sheet.
PAPER = 718
LANGUAGES = ("zh", "en")
MEASURE = (Path(__file__).parent / "measure.js").read_text(encoding="utf-8")
#: Rules of axe-core by their tags, and the one that depends on the colours.
EVERY_RULE = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
CONTRAST = ["color-contrast"]
OPEN_ALL = "document.querySelectorAll('details').forEach(each => { each.open = true; })"


@dataclass
class Opened:
    """A page, and what the browser noted while it was open."""

    page: Page
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def _note(self, request: Request) -> None:
        self.asked.append(request.url)

    def listen(self) -> "Opened":
        """Note messages of the console, faults, dialogs and requests."""
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(error.message))
        self.page.on("dialog", lambda dialog: self.said.append(dialog.message))
        self.page.on("request", self._note)
        self.page.on("requestfailed", lambda request: self.refused.append(f"{request.url} {request.failure}"))
        return self


@contextmanager
def _opened(browser: Browser, report: Path, width: int = WIDE, **context: Any) -> Iterator[Opened]:  # noqa: ANN401
    with browser.new_context(viewport={"width": width, "height": HEIGHT}, **context) as browsing:
        opened = Opened(browsing.new_page()).listen()
        opened.page.goto(report.as_uri())
        yield opened


def _locale(language: str) -> str:
    return {"zh": "zh-CN", "en": "en-GB"}[language]


def _shown(page: Page) -> list[str]:
    return [language for language in LANGUAGES if page.locator(f"main.{language}").is_visible()]


def test_it_loads_without_a_word_from_the_console_or_a_request(browser: Browser, report: Path) -> None:
    with _opened(browser, report, offline=True) as opened:
        opened.page.evaluate(OPEN_ALL)
        opened.page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
        opened.page.wait_for_load_state("networkidle")
        assert opened.said == []
        assert opened.asked == [report.as_uri()]


@pytest.mark.parametrize(("locale", "language"), [("zh-CN", "zh"), ("zh-TW", "zh"), ("en-US", "en"), ("de-DE", "en")])
def test_the_browsers_language_comes_first(browser: Browser, report: Path, locale: str, language: str) -> None:
    with _opened(browser, report, locale=locale) as opened:
        assert _shown(opened.page) == [language]
        assert opened.page.evaluate("document.documentElement.lang") == {"zh": "zh-CN", "en": "en"}[language]


@pytest.mark.parametrize("has_scripts", [True, False], ids=["scripts", "no scripts"])
def test_the_language_can_be_switched(browser: Browser, report: Path, has_scripts: bool) -> None:
    with _opened(browser, report, locale="zh-CN", java_script_enabled=has_scripts) as opened:
        page = opened.page
        titles = [page.title()]
        page.get_by_text("English", exact=True).click()
        assert _shown(page) == ["en"]
        titles.append(page.title())
        page.keyboard.press("ArrowLeft")
        assert _shown(page) == ["zh"]
        assert (titles[0] != titles[1]) is has_scripts


def test_links_of_the_contents_lead_to_what_they_name(browser: Browser, report: Path) -> None:
    with _opened(browser, report, locale="en-GB") as opened:
        links = opened.page.locator("main.en nav a")
        assert links.count() > 5
        for link in links.all():
            name = link.inner_text()
            link.click()
            target = opened.page.locator(":target")
            assert target.is_visible()
            assert target.locator("h2").first.inner_text() == name


def test_what_is_folded_unfolds_by_mouse_and_by_key(browser: Browser, report: Path) -> None:
    with _opened(browser, report, locale="en-GB") as opened:
        folds = opened.page.locator("main.en details")
        assert folds.count() > 10
        fold = folds.first
        summary, inside = fold.locator("summary").first, fold.locator(":scope > :not(summary)").first
        assert not inside.is_visible()
        summary.click()
        assert inside.is_visible()
        summary.press("Enter")
        assert not inside.is_visible()


UNDER_THE_MOUSE = """chart => [...chart.querySelectorAll('title')].filter(each => each.parentElement !== chart).map(
  each => {
    const mark = each.parentElement, box = mark.getBoundingClientRect();
    const over = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    return [each.textContent, over === mark ? '' : over.querySelector(':scope > title')?.textContent ?? over.tagName];
  })"""


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_marks_of_charts_say_what_they_are(browser: Browser, report: Path, language: str) -> None:
    with _opened(browser, report, locale=_locale(language)) as opened:
        charts = opened.page.locator(f"main.{language} svg.chart")
        assert charts.count() > 3
        for chart in charts.all():
            chart.scroll_into_view_if_needed()
            for tip, over in chart.evaluate(UNDER_THE_MOUSE):
                assert any(char.isdigit() for char in tip)
                # Whatever lies on top of the mark is a mark with a tip of its own.
                assert not over or any(char.isdigit() for char in over), (tip, over)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [PHONE, WIDE])
def test_no_text_overlaps_or_is_cut(browser: Browser, report: Path, language: str, width: int) -> None:
    with _opened(browser, report, width, locale=_locale(language)) as opened:
        for state in ("folded", "unfolded"):
            found = opened.page.evaluate(MEASURE)
            assert found["texts"] > 200
            assert found["overlaps"] == [], state
            assert found["cut"] == [], state
            assert found["overflow"] == 0, state
            assert found["smallest"] >= 9, state
            opened.page.evaluate(OPEN_ALL)


def test_measuring_finds_what_overlaps_or_is_cut(browser: Browser, report: Path) -> None:
    with _opened(browser, report, PHONE) as opened:
        opened.page.set_content(
            "<p style='margin:0;height:8px'>one</p><p style='margin:0'>two</p>"
            "<p style='width:20px;overflow:hidden;white-space:nowrap'>three is cut</p>"
            "<p style='margin-left:350px;white-space:nowrap'>four leaves the screen</p>"
            "<svg width='60' height='20'><text x='0' y='15'>five is too long a label</text></svg>"
        )
        found = opened.page.evaluate(MEASURE)
        assert found["overlaps"] == ["one | two"]
        assert found["cut"] == ["three is cut", "four leaves the screen", "five is too long a label"]
        assert found["overflow"] > 0


LUMINANCE = """element => { const [r, g, b] = getComputedStyle(element).%s.match(/[0-9.]+/g).map(Number);
  return (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255; }"""


def test_dark_mode(browser: Browser, report: Path) -> None:
    with _opened(browser, report, color_scheme="dark") as opened:
        body = opened.page.locator("body")
        assert body.evaluate(LUMINANCE % "backgroundColor") < 0.15
        assert body.evaluate(LUMINANCE % "color") > 0.8
        names = opened.page.locator("svg.chart text:visible")
        assert names.first.evaluate(LUMINANCE % "fill") > 0.5
        opened.page.emulate_media(color_scheme="light")
        assert body.evaluate(LUMINANCE % "backgroundColor") > 0.95
        assert names.first.evaluate(LUMINANCE % "fill") < 0.4


@pytest.mark.parametrize("language", LANGUAGES)
def test_print(browser: Browser, report: Path, language: str) -> None:
    with _opened(browser, report, PAPER, locale=_locale(language), color_scheme="dark") as opened:
        page = opened.page
        page.emulate_media(media="print", color_scheme="dark")
        assert _shown(page) == [language]
        assert not page.locator(f"main.{language} nav").is_visible()
        # Paper is white, and what is folded on the screen is there.
        assert page.locator("body").evaluate(LUMINANCE % "backgroundColor") > 0.95
        assert page.locator(f"main.{language} details.fold table").first.is_visible()
        found = page.evaluate(MEASURE)
        assert (found["overlaps"], found["cut"], found["overflow"]) == ([], [], 0)
        assert page.pdf(format="A4").startswith(b"%PDF")


def test_markup_in_the_data_stays_text(browser: Browser, report: Path) -> None:
    for language in LANGUAGES:
        with _opened(browser, report, locale=_locale(language)) as opened:
            page = opened.page
            page.evaluate(OPEN_ALL)
            page.wait_for_load_state("networkidle")
            assert page.evaluate(f"typeof window.{HACKED}") == "undefined"
            assert page.locator("script").count() == 1
            assert page.locator("img, iframe, object, embed, form, link, base").count() == 0
            assert page.evaluate("document.querySelectorAll('a:not([href^=\"#\"])').length") == 0
            handlers = "[...document.querySelectorAll('*')].some(e => [...e.attributes].some(a => /^on/i.test(a.name)))"
            assert page.evaluate(handlers) is False
            assert opened.said == []
            assert opened.asked == [report.as_uri()]
            # It is not that the texts were left out.
            text = page.locator(f"main.{language}").inner_text()
            assert all(markup in text for markup in MARKUP)
            assert IN_NAMES in text
            assert FACTOR in text


def test_the_content_security_policy_is_in_force(browser: Browser, report: Path) -> None:
    tries = {
        "script-src-elem": "const e = document.createElement('script'); e.textContent = 'window.ran = 1'",
        "img-src": "const e = document.createElement('img'); e.src = 'https://example.invalid/x.png'",
        "style-src-elem": "const e = document.createElement('link'); e.rel = 'stylesheet'; e.href = 'https://example.invalid/'",
        "frame-src": "const e = document.createElement('iframe'); e.src = 'https://example.invalid/'",
    }
    with _opened(browser, report) as opened:
        for directive, made in tries.items():
            refused = opened.page.evaluate(
                "made => new Promise(done => { document.addEventListener('securitypolicyviolation', "
                f"event => done(event.effectiveDirective), {{once: true}}); {made}; document.body.append(e); }})"
            )
            assert refused == directive
        with pytest.raises(Exception, match="Failed to fetch"):
            opened.page.evaluate("fetch('https://example.invalid/')")
        assert opened.page.evaluate("typeof window.ran") == "undefined"
        assert sorted(opened.asked[1:]) == sorted(line.removesuffix(" csp") for line in opened.refused)


@pytest.mark.parametrize(
    ("language", "scheme", "rules"),
    [("zh", "light", EVERY_RULE), ("en", "light", EVERY_RULE), ("en", "dark", CONTRAST)],
    ids=["zh", "en", "dark"],
)
def test_contrast_and_alternatives_pass_axe(
    browser: Browser, report: Path, language: str, scheme: Literal["light", "dark"], rules: list[str]
) -> None:
    with _opened(browser, report, locale=_locale(language), color_scheme=scheme) as opened:
        found = Axe().run(opened.page, options={"runOnly": rules, "resultTypes": ["violations"]})
        assert found.response["passes"]
        assert found.violations_count == 0, found.generate_report()
