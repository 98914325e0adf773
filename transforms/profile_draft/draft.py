"""From samples of the files of a batch to what a profile of them would say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from itertools import combinations
from typing import Final

import polars as pl

from transforms.ingest.profile import NULL_TOKENS
from transforms.ingest.times import NAMED_FORMATS, contradicts
from transforms.ingest.values import NEVER_A_VALUE, Spelling, clean, typed_values
from transforms.profile_draft.factors import Candidate, candidates
from transforms.profile_draft.facts import Facts, facts_of
from transforms.profile_draft.guesses import Guess, TableGuess, guess_table
from transforms.profile_draft.labels import read_labels
from transforms.registry import INPUT_TABLES, Kind, Table

_NAMED_LIKE: Final = 4.0
_TIMES: Final = (Kind.TIMESTAMP, Kind.DATE)


@dataclass(frozen=True)
class Sample:
    """The beginning of a file.

    Attributes:
        name: Its name, or that of the sheet, as patterns of a profile see it.
        frame: Its first rows, one text column per header.
        is_whole: Whether these are all its rows.
        table: Table that a shipped profile takes it for by its name, or None.
        dialect: How it is written, in words.
        encoding: Its encoding, or empty.
        delimiter: Its delimiter, or empty.
        malformed: For each rule how many rows break it so that they cannot be taken apart.
    """

    name: str
    frame: pl.DataFrame
    is_whole: bool = True
    table: str | None = None
    dialect: str = ""
    encoding: str = ""
    delimiter: str = ""
    malformed: Mapping[str, int] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """Number of rows looked at, those that cannot be taken apart included."""
        return self.frame.height + sum(self.malformed.values())


@dataclass(frozen=True)
class FileDraft:
    """What one file is taken for."""

    sample: Sample
    guess: TableGuess
    columns: tuple[Facts, ...]
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True)
class DateChoice:
    """The formats of one column of dates.

    Attributes:
        table: The table.
        column: The column.
        header: Its header.
        formats: Formats that the profile names; none where nothing decides.
        evidence: What decided, or why nothing does.
        alternatives: Formats among which nothing decides.
    """

    table: str
    column: str
    header: str
    formats: tuple[str, ...]
    evidence: str
    alternatives: tuple[str, ...] = ()


@dataclass(frozen=True)
class Draft:
    """What a profile of a batch would say.

    Attributes:
        name: Name of the profile.
        files: What each file is taken for.
        dates: Formats of dates.
        null_tokens: Further texts that mean "not recorded".
        decimal_mark: A comma where fractions stand behind one, or None.
        currency_marks: Marks of other currencies beside amounts of the contract.
    """

    name: str
    files: tuple[FileDraft, ...]
    dates: tuple[DateChoice, ...] = ()
    null_tokens: tuple[str, ...] = ()
    decimal_mark: str | None = None
    currency_marks: tuple[str, ...] = field(default=())

    def of_table(self, table: str) -> list[FileDraft]:
        """Return the files that are taken for a table."""
        return [file for file in self.files if file.guess.table.name == table]

    @property
    def lacking(self) -> dict[str, tuple[str, ...]]:
        """Required columns that were not found, by table."""
        found: dict[str, tuple[str, ...]] = {}
        for table in INPUT_TABLES:
            files = self.of_table(table)
            lacks = [set(file.guess.lacking) for file in files]
            missing = reduce(set[str].union, lacks) if lacks else set[str]()
            if missing:
                found[table] = tuple(name for name in INPUT_TABLES[table].column_names if name in missing)
        return found

    @property
    def has_times(self) -> bool:
        """Whether some file of disputes says when they were opened or ruled."""
        guesses = [guess for file in self.of_table("disputes") for guess in file.guess.guesses.values()]
        return any(guess.column.name in {"opened_at", "ruled_at"} for guess in guesses)

    @property
    def formats_agree(self) -> bool:
        """Whether one list of formats can hold for all columns."""
        forms = [form for choice in self.dates for form in choice.formats if form not in NAMED_FORMATS]
        return not any(contradicts(one, other) or contradicts(other, one) for one, other in combinations(forms, 2))


def make_draft(name: str, samples: Sequence[Sample]) -> Draft:
    """Guess what the files of a batch are.

    Args:
        name: Name of the profile.
        samples: The beginning of each file.
    """
    files = tuple(_with_candidates(_file_draft(sample)) for sample in samples)
    guesses = [(file.guess.table, guess) for file in files for guess in file.guess.guesses.values()]
    numeric = [guess.facts for _, guess in guesses if guess.column.kind in {Kind.DECIMAL, Kind.FLOAT}]
    numeric += [each.facts for file in files for each in file.candidates]
    comma = any(facts.has_decimal_comma for facts in numeric)
    money = [guess.facts for _, guess in guesses if guess.column.kind is Kind.DECIMAL]
    return Draft(
        name,
        tuple(_with_candidates(file, comma=True) for file in files) if comma else files,
        _dates(guesses),
        _null_tokens([guess for _, guess in guesses]),
        "," if comma else None,
        tuple(dict.fromkeys(mark for facts in money for mark in facts.currencies)),
    )


def _file_draft(sample: Sample) -> FileDraft:
    columns = tuple(facts_of(header, sample.frame[header]) for header in sample.frame.columns)
    guesses = [guess_table(columns, table) for table in INPUT_TABLES.values()]
    # Among equals the first table, that of disputes, is meant.
    best = max(guesses, key=lambda guess: guess.score + _NAMED_LIKE * (guess.table.name == sample.table))
    return FileDraft(sample, _with_further_labels(best, sample.frame), columns)


def _with_further_labels(guess: TableGuess, frame: pl.DataFrame) -> TableGuess:
    """Where several headers give a column, read the labels of the first that has a value."""
    guesses = dict(guess.guesses)
    for headers in guess.further.values():
        own = guesses[headers[0]]
        known = Spelling((*NULL_TOKENS, *own.facts.absent))
        texts = frame.select(
            pl.coalesce(clean(frame[header], known, own.column.kind) for header in headers).alias(headers[0])
        )
        labels = read_labels(facts_of(headers[0], texts.to_series()), own.column)
        guesses[headers[0]] = replace(own, labels=labels)
    return replace(guess, guesses=guesses)


def _with_candidates(file: FileDraft, *, comma: bool = False) -> FileDraft:
    """Suggest extra factors, in the light of how other columns write fractions."""
    if file.guess.table.name != "disputes":
        return file
    used = {*file.guess.guesses, *(header for headers in file.guess.further.values() for header in headers)}
    free = [replace(facts, comma=comma) for facts in file.columns if facts.header not in used]
    return replace(file, candidates=tuple(candidates(free, file.sample.frame, _outcomes(file))))


def _outcomes(file: FileDraft) -> pl.Series | None:
    """The outcome of each row as the draft reads it."""
    guess = next((each for each in file.guess.guesses.values() if each.column.name == "outcome"), None)
    if guess is None or guess.labels is None:
        return None
    spelling = Spelling(
        NULL_TOKENS, values={text: reading.value for text, reading in guess.labels.mapped.items()},
        patterns=dict(guess.labels.patterns),
    )  # fmt: skip
    headers = file.guess.further.get("outcome", (guess.facts.header,))
    texts = pl.coalesce(clean(file.sample.frame[header], spelling, Kind.ENUM) for header in headers)
    return typed_values(file.sample.frame.select(texts.alias("outcome")).to_series(), guess.column, spelling)


def _dates(guesses: Sequence[tuple[Table, Guess]]) -> tuple[DateChoice, ...]:
    choices = [
        DateChoice(table.name, guess.column.name, guess.facts.header, dates.formats, dates.evidence, dates.alternatives)
        for table, guess in guesses
        if guess.column.kind in _TIMES and ((dates := guess.facts.dates).formats or dates.alternatives)
    ]
    decided = [choice for choice in choices if choice.formats]
    return tuple(_as_others(choice, decided) if choice.alternatives else choice for choice in choices)


def _as_others(choice: DateChoice, decided: Sequence[DateChoice]) -> DateChoice:
    """Where nothing decides a column, another one that is written alike may."""
    if choice.evidence:
        return choice
    days = {form.split(" ")[0]: form for form in choice.alternatives}
    for other in decided:
        same = next((days[form.split(" ")[0]] for form in other.formats if form.split(" ")[0] in days), None)
        if same:
            return replace(choice, formats=(same,), evidence=f"as in {other.header}", alternatives=())
    return choice


def _null_tokens(guesses: Sequence[Guess]) -> tuple[str, ...]:
    known = set(NULL_TOKENS)
    found: dict[str, None] = {}
    for guess in guesses:
        if not guess.column.free_text:
            never = NEVER_A_VALUE[guess.column.kind]
            found |= dict.fromkeys(token for token in guess.facts.absent if token not in known and token not in never)
    return tuple(found)


def patterns_of_files(names_by_table: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """Find patterns by which the files of a table are told from those of the others.

    Args:
        names_by_table: Names of files or sheets by table.

    Returns:
        Patterns by table: names without the numbers at their end; whole names where that would mean other files too.
    """
    found: dict[str, tuple[str, ...]] = {}
    for table, names in names_by_table.items():
        others = [name for other, each in names_by_table.items() if other != table for name in each]
        found[table] = tuple(dict.fromkeys(_pattern(name, others) for name in names))
    return found


def _pattern(name: str, others: Sequence[str]) -> str:
    stem = name.split(".", maxsplit=1)[0]
    short = stem.rstrip("0123456789-_ .年月日第批") or stem
    for candidate in (short, stem):
        if candidate and not any(other.casefold().startswith(candidate.casefold()) for other in others):
            return _literal(f"{candidate}*")
    return _literal(name)


def _literal(pattern: str) -> str:
    """A bracket in a name would be a choice of characters in a pattern."""
    return pattern.replace("[", "?").replace("]", "?")
