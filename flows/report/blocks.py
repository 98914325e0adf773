"""What a page consists of: frozen blocks with every text in both languages, laid out by the template."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from transforms.registry import Label


@dataclass(frozen=True)
class Cell:
    """A cell of a table; ``tone`` is a class of the style sheet, ``detail`` a smaller second line."""

    text: Label
    tone: Literal["", "muted", "bad", "good", "code"] = ""
    detail: str = ""


@dataclass(frozen=True)
class Head:
    """The head of a column; numbers stand on the right."""

    text: Label
    is_number: bool = False


@dataclass(frozen=True)
class Table:
    """A table.

    Attributes:
        caption: What it is.
        head: Heads of the columns.
        rows: The rows.
        note: Stands below it.
        query: SQL that gives its rows from the release.
        is_folded: Whether it is shown on demand only.
        lists: SQL that lists the disputes behind each row, empty where there are none; without any, no row has a link.
    """

    caption: Label
    head: tuple[Head, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: Label | None = None
    query: str = ""
    is_folded: bool = False
    lists: tuple[str, ...] = ()


@dataclass(frozen=True)
class Remarked:
    """Rows of a table with a remark each: a column of its own, or a note where it is the same for all."""

    head: tuple[Head, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[Label, ...]


def with_remarks(head: tuple[Head, ...], rows: Sequence[tuple[Cell, ...]], remarks: Sequence[Label | None]) -> Remarked:
    """Add remarks to a table where there are any.

    Args:
        head: Heads of the columns.
        rows: The rows.
        remarks: One for each row, None where there is nothing to say.

    Returns:
        The table with a column of remarks, or with a note that says once what holds for every row.
    """
    said = [remark for remark in remarks if remark is not None]
    if not said:
        return Remarked(head, tuple(rows), ())
    if len(said) == len(rows) > 1 and len(set(said)) == 1:
        note = Label(f"For every row: {said[0].en}.", f"适用于每一行：{said[0].zh}。")
        return Remarked(head, tuple(rows), (note,))
    cells = [Cell(remark or Label("", ""), "muted") for remark in remarks]
    wider = tuple((*row, cell) for row, cell in zip(rows, cells, strict=True))
    return Remarked((*head, Head(Label("Remark", "备注"))), wider, ())


def joined_notes(notes: Sequence[Label]) -> Label | None:
    """Notes below a table as one text; None if there is none."""
    if not notes:
        return None
    return Label(" ".join(note.en for note in notes), "".join(note.zh for note in notes))


@dataclass(frozen=True)
class Prose:
    """A paragraph; ``lists`` is SQL that lists the disputes that it speaks of."""

    text: Label
    tone: Literal["", "lead", "heading", "notice"] = ""
    lists: str = ""


@dataclass(frozen=True)
class Fact:
    """A term with what there is to say of it."""

    term: Label
    text: Label


@dataclass(frozen=True)
class Fold:
    """A line that unfolds; ``badge`` is a word of judgement before it, ``tone`` a class of the style sheet.

    Attributes:
        key: Fixed name, unique on the page.
        badge: One or two words.
        tone: A class of the style sheet for the badge.
        title: The line.
        detail: A smaller second line.
        facts: What it unfolds to.
        lists: SQL that lists the disputes that it speaks of.
    """

    key: str
    badge: Label
    tone: str
    title: Label
    detail: Label
    facts: tuple[Fact, ...]
    lists: str = ""


@dataclass(frozen=True)
class Folds:
    """Lines that unfold, one below the other."""

    folds: tuple[Fold, ...]


@dataclass(frozen=True)
class Bullets:
    """A list; ``is_ordered`` where the order means something."""

    items: tuple[Label, ...]
    is_ordered: bool = False


@dataclass(frozen=True)
class Card:
    """A headline number."""

    title: Label
    number: str
    detail: Label
    tone: str
    lists: str = ""


@dataclass(frozen=True)
class Cards:
    """Headline numbers side by side."""

    cards: tuple[Card, ...]


@dataclass(frozen=True)
class LegendItem:
    """One entry of a chart's legend; ``tone`` is a class of the style sheet."""

    tone: str
    text: Label


@dataclass(frozen=True)
class Figure:
    """A chart in both languages with what it shows in words and as a table.

    Attributes:
        key: Fixed name, unique on the page.
        title: What is shown.
        description: The same for someone who does not see it.
        svg: The chart in each language, as inline SVG.
        legend: What the colours mean.
        table: The numbers.
    """

    key: str
    title: Label
    description: Label
    svg: Label
    legend: tuple[LegendItem, ...]
    table: Table


@dataclass(frozen=True)
class Figures:
    """Charts side by side where there is room."""

    figures: tuple[Figure, ...]


Block = Prose | Bullets | Cards | Table | Figures | Folds


def figures_and_tables(found: Sequence[Figure | Table | None]) -> list[Block]:
    """Blocks for what was found: the figures side by side, then the tables of what could not be drawn."""
    figures = tuple(each for each in found if isinstance(each, Figure))
    tables = [each for each in found if isinstance(each, Table)]
    return [Figures(figures), *tables] if figures else [*tables]


@dataclass(frozen=True)
class Section:
    """A section with a heading."""

    key: str
    title: Label
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Page:
    """The whole report."""

    title: Label
    subtitle: Label
    sections: tuple[Section, ...]
