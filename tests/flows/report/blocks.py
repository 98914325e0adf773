"""Finding one's way in a page: its tables, sentences and the statements that it offers."""

from collections.abc import Iterator

from flows.report.blocks import Block, Bullets, Cards, Figures, Folds, Page, Prose, Section, Table
from transforms.registry import Label


def section(page: Page, key: str) -> Section:
    """The section of a key."""
    return next(each for each in page.sections if each.key == key)


def blocks(page: Page) -> Iterator[Block]:
    """All blocks."""
    for each in page.sections:
        yield from each.blocks


def tables(page: Page) -> Iterator[Table]:
    """All tables, those of charts too."""
    for block in blocks(page):
        if isinstance(block, Table):
            yield block
        elif isinstance(block, Figures):
            yield from (figure.table for figure in block.figures)


def statements(page: Page) -> list[str]:
    """All SQL that the page offers, each once."""
    found: list[str] = []
    for block in blocks(page):
        if isinstance(block, Prose):
            found.append(block.lists)
        elif isinstance(block, Cards):
            found += [card.lists for card in block.cards]
        elif isinstance(block, Folds):
            found += [fold.lists for fold in block.folds]
    for table in tables(page):
        found += [table.query, *table.lists]
    return list(dict.fromkeys(sql for sql in found if sql))


def sentences(part: Section) -> list[Label]:
    """Paragraphs and list items of a section."""
    found: list[Label] = []
    for block in part.blocks:
        if isinstance(block, Prose):
            found.append(block.text)
        elif isinstance(block, Bullets):
            found += block.items
    return found
