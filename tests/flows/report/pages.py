"""Read a report the way a browser does, as far as the standard library goes."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = {"meta", "input", "br", "img", "link", "hr"}
Attributes = dict[str, str]


@dataclass
class Document(HTMLParser):
    """The elements of a page, and its text by language.

    Attributes:
        elements: Tags and attributes in order.
        text: Visible text of each ``main``, by its language; script, style and code from the data set apart.
        scripts: Text of each script.
        styles: Text of each style element.
        cells: Text of each table cell, by language.
    """

    elements: list[tuple[str, Attributes]] = field(default_factory=list)
    text: dict[str, list[str]] = field(default_factory=dict)
    scripts: list[str] = field(default_factory=list)
    styles: list[str] = field(default_factory=list)
    cells: dict[str, list[str]] = field(default_factory=dict)
    _open: list[tuple[str, Attributes]] = field(default_factory=list)
    _language: str = ""

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.elements.append((tag, attributes))
        if tag == "main":
            self._language = attributes["lang"]
        if tag == "td":
            self.cells.setdefault(self._language, []).append("")
        if tag not in _VOID:
            self._open.append((tag, attributes))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        opened, _ = self._open.pop()
        assert opened == tag, f"</{tag}> closes <{opened}>"
        if tag == "main":
            self._language = ""

    def handle_data(self, data: str) -> None:
        tags = [tag for tag, _ in self._open]
        if "script" in tags:
            self.scripts.append(data)
        elif "style" in tags:
            self.styles.append(data)
        elif self._language and "pre" not in tags:
            self.text.setdefault(self._language, []).append(data)
            if "td" in tags:
                self.cells[self._language][-1] += data

    @property
    def is_closed(self) -> bool:
        """Whether every element was closed."""
        return not self._open

    def words(self, language: str) -> str:
        """All text of one language, white space evened out, a bar between pieces."""
        return " | ".join(" ".join(piece.split()) for piece in self.text.get(language, []) if piece.strip())

    def values(self, attribute: str) -> list[str]:
        """All values of an attribute."""
        return [attributes[attribute] for _, attributes in self.elements if attribute in attributes]

    def count(self, tag: str) -> int:
        """How many elements have a tag."""
        return sum(name == tag for name, _ in self.elements)


def parse(html: str) -> Document:
    """Parse a page."""
    document = Document()
    document.feed(html)
    document.close()
    return document
