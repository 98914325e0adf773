"""A draft as TOML, with comments that say what is sure, what is a guess and what is to be filled in."""

from collections.abc import Iterable, Sequence
from typing import Final

from transforms.ingest.folding import folded
from transforms.ingest.profile import NULL_TOKENS
from transforms.privacy.mask import mask_sentence
from transforms.profile_draft.draft import DateChoice, Draft, FileDraft, patterns_of_files
from transforms.profile_draft.factors import Candidate
from transforms.profile_draft.guesses import Guess
from transforms.profile_draft.headers import likeness
from transforms.profile_draft.labels import Labels
from transforms.registry import INPUT_TABLES, Column, Table

_WIDTH: Final = 118
_MOST_UNKNOWN: Final = 40
_PLACEHOLDER: Final = "?"


def draft_text(draft: Draft, findings: Sequence[str] = (), *, with_factors: bool = False) -> str:
    """Write a draft.

    Args:
        draft: The draft.
        findings: Sentences that stand at the top.
        with_factors: Whether further columns are analysed, but for those in doubt; otherwise the person takes them in.

    Returns:
        TOML that can be read as a profile as it stands.
    """
    parts = [_top(draft, findings), _general(draft)]
    names = {name: [file.sample.name for file in draft.of_table(name)] for name in INPUT_TABLES}
    patterns = patterns_of_files({table: found for table, found in names.items() if found})
    for name, table in INPUT_TABLES.items():
        if files := draft.of_table(name):
            parts.append(_table(table, files, patterns[name], draft))
    parts.append(_factors(draft, with_factors=with_factors))
    return "\n\n".join("\n".join(line.rstrip() for line in part) for part in parts if part) + "\n"


def _top(draft: Draft, findings: Sequence[str]) -> list[str]:
    rows = sum(file.sample.rows for file in draft.files)
    sources = ", ".join(file.sample.name for file in draft.files)
    lines = _comment(f"Drafted by rulings profile from {sources} ({rows:,} rows looked at).")
    for sentence in findings:
        lines += _comment(sentence)
    return lines + _comment(
        "Lines with ? are guesses or are to be filled in; take the # away from what you want. "
        "Then: rulings check PATH --profile THIS_FILE. All keys: docs/profiles.md"
    )


def _comment(sentence: str) -> list[str]:
    """Break a sentence into lines of comment."""
    lines, line = [], "#"
    for word in _one_line(sentence).split():
        if len(line) + len(word) >= _WIDTH:
            lines.append(line)
            line = "#  "
        line += f" {word}"
    return [*lines, line]


def _general(draft: Draft) -> list[str]:
    dialects = sorted({file.sample.dialect for file in draft.files if file.sample.dialect})
    lines = [f"name = {quoted(draft.name)}"]
    for key in ("encoding", "delimiter"):
        found = sorted({value for file in draft.files if (value := getattr(file.sample, key))})
        if len(found) == 1:
            lines.append(
                _with_remark(f"# {key} = {quoted(found[0])}", "found in the content; say it only if that is wrong")
            )
    if len(dialects) > 1:
        lines += _comment(f"Files are written in several ways, each is found out: {'; '.join(dialects)}.")
    lines += _dates(draft)
    lines.append(_with_remark('# time_zone = "Asia/Shanghai"', "of times that name none; another place has another"))
    if draft.null_tokens:
        tokens = ", ".join(quoted(token) for token in (*NULL_TOKENS, *draft.null_tokens))
        new = ", ".join(quoted(token) for token in draft.null_tokens)
        lines += [
            f"# ? {new} seems to mean that nothing was recorded; the others always do.",
            f"null_tokens = [{tokens}]",
        ]
    if draft.decimal_mark:
        lines.append(_with_remark(f"decimal_mark = {quoted(draft.decimal_mark)}", "fractions stand behind a comma"))
    if draft.currency_marks:
        marks = ", ".join(quoted(mark) for mark in draft.currency_marks)
        lines.append(
            _with_remark(f"currency_marks = [{marks}]", "? amounts are read as they stand; nothing is converted")
        )
    return lines


def _with_remark(line: str, remark: str) -> str:
    return f"{line}  # {_one_line(remark)}" if remark else line


def _one_line(sentence: str) -> str:
    """Write what may quote a file as a comment can hold it: without persons, line breaks and control characters."""
    masked = " ".join(mask_sentence(sentence).split())
    return "".join(character if character.isprintable() else "\ufffd" for character in masked)


def _dates(draft: Draft) -> list[str]:
    lines: list[str] = []
    forms = dict.fromkeys(form for choice in draft.dates for form in choice.formats)
    if forms and draft.formats_agree:
        said = [f"{choice.header}: {choice.evidence}" for choice in draft.dates if choice.formats and choice.evidence]
        lines.append(f"date_formats = [{', '.join(map(quoted, forms))}]")
        for sentence in said:
            lines += _comment(sentence)
    for choice in draft.dates:
        if choice.alternatives:
            lines += _open_order(choice)
    return lines


def _open_order(choice: DateChoice) -> list[str]:
    why = choice.evidence or "no value tells the day from the month"
    lines = _comment(f"? {choice.header}: {why}; until you say which, its rows are set aside. Take one of these:")
    return lines + [f"# date_formats = [{quoted(form)}]" for form in choice.alternatives]


def quoted(text: str) -> str:
    """Write a text as TOML does."""
    escapes = {'"': '\\"', "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\b": "\\b", "\f": "\\f"}
    return '"' + "".join(escapes.get(c, c if c.isprintable() else _escape(c)) for c in text) + '"'


def _escape(character: str) -> str:
    return f"\\u{ord(character):04X}" if ord(character) < 0x10000 else f"\\U{ord(character):08X}"  # noqa: PLR2004


def _table(table: Table, files: Sequence[FileDraft], patterns: Iterable[str], draft: Draft) -> list[str]:
    guesses = {header: guess for file in files for header, guess in file.guess.guesses.items()}
    further = _further(files, guesses)
    lines = [f"[tables.{table.name}]", f"files = [{', '.join(map(quoted, patterns))}]", ""]
    lines += _columns(table, files, guesses, further)
    for column, headers in further.items():
        lines += ["", f"[tables.{table.name}.first_of]"]
        lines.append(_with_remark(f"{column} = [{', '.join(map(quoted, headers))}]", "? the first with a value counts"))
    lines += _own_formats(table, draft)
    scales = {guess.column.name: guess.scale for guess in guesses.values() if guess.scale != 1.0}
    if scales:
        lines += ["", f"[tables.{table.name}.scale]"]
        lines += [
            _with_remark(f"{column} = {scale:g}", "? what its numbers are multiplied by")
            for column, scale in scales.items()
        ]
    for column, labels in _labels_by_column(guesses.values()).items():
        lines += _labels(table, table.column(column), labels)
    return lines + _constants(table, draft)


def _labels_by_column(guesses: Iterable[Guess]) -> dict[str, Labels]:
    """Put together what several files call the values of one column."""
    found: dict[str, Labels] = {}
    for guess in guesses:
        if guess.labels:
            before = found.get(guess.column.name)
            found[guess.column.name] = guess.labels if before is None else before.with_those_of(guess.labels)
    return found


def _further(files: Sequence[FileDraft], guesses: dict[str, Guess]) -> dict[str, tuple[str, ...]]:
    """Columns that several headers give; those of other files belong to them."""
    found: dict[str, tuple[str, ...]] = {}
    for file in files:
        for column, headers in file.guess.further.items():
            others = [header for header, guess in guesses.items() if guess.column.name == column]
            found[column] = tuple(dict.fromkeys([*found.get(column, ()), *headers, *others]))
    return found


def _columns(
    table: Table, files: Sequence[FileDraft], guesses: dict[str, Guess], further: dict[str, tuple[str, ...]]
) -> list[str]:
    lines = [f"[tables.{table.name}.columns]"]
    for header, guess in guesses.items():
        if guess.column.name not in further:
            remark = _remark(guess)
            lines.append(_with_remark(f"{quoted(header)} = {quoted(guess.column.name)}", remark))
    found = {guess.column.name for guess in guesses.values()} | set(further)
    for file in files:
        for name in file.guess.lacking:
            lines += _to_fill_in(table.column(name), table, file)
        for header, (column, doubt) in file.guess.doubts.items():
            if column not in found:
                lines.append(_with_remark(f"# {quoted(header)} = {quoted(column)}", f"? so called, but {doubt}"))
    absent = [column.name for column in table.columns if column.name not in found and not column.required]
    return lines + (_comment(f"Not found: {', '.join(absent)}.") if absent else [])


def _remark(guess: Guess) -> str:
    if folded(guess.facts.header) == folded(guess.column.name):
        return ""
    return f"{'sure' if guess.is_sure else '? a guess'}: {guess.reason}"


def _to_fill_in(column: Column, table: Table, file: FileDraft) -> list[str]:
    """A line in which the person writes the header; the likeliest are named."""
    free = [facts for facts in file.columns if facts.header not in file.guess.guesses]
    ranked = sorted(free, key=lambda facts: -likeness(facts.header, table.name, column.name).score)
    named = ", ".join(facts.header for facts in ranked[:3])
    hint = f"; perhaps one of {named}" if named else ""
    return [_with_remark(
        f"# {quoted(_PLACEHOLDER)} = {quoted(column.name)}", f"? required: write its header ({column.label.en}){hint}"
    )]  # fmt: skip


def _own_formats(table: Table, draft: Draft) -> list[str]:
    own = [choice for choice in draft.dates if choice.table == table.name and choice.formats]
    if draft.formats_agree or not own:
        return []
    lines = ["", f"[tables.{table.name}.date_formats]"]
    return lines + [
        _with_remark(f"{choice.column} = [{', '.join(map(quoted, choice.formats))}]", choice.evidence) for choice in own
    ]


def _labels(table: Table, column: Column, labels: Labels) -> list[str]:
    if not (labels.mapped or labels.unknown or labels.patterns):
        return []
    lines = [""]
    if labels.patterns:
        lines.append(f"[tables.{table.name}.patterns.{column.name}]")
        lines += _comment(
            "? It is told in sentences; the first pattern that fits decides. Put more telling ones first."
        )
        lines += [f"{quoted(pattern)} = {quoted(value)}" for pattern, value in labels.patterns]
    else:
        lines.append(f"[tables.{table.name}.values.{column.name}]")
    for text, reading in labels.mapped.items():
        lines.append(_with_remark(f"{quoted(text)} = {quoted(reading.value)}", "" if reading.is_sure else "?"))
    return lines + _unknown(column, labels)


def _unknown(column: Column, labels: Labels) -> list[str]:
    """Labels that nobody can tell: their rows are set aside until the person says what they mean."""
    if not labels.unknown:
        return []
    allowed = column.enumeration.values if column.enumeration else ("true", "false")
    values = ", ".join(allowed)
    nothing = "" if column.required else ', or "" for not recorded'
    lines = _comment(f"? Rows with these are set aside until you say what they mean: {values}{nothing}.")
    for text, rows in labels.unknown[:_MOST_UNKNOWN]:
        line = f'# {quoted(mask_sentence(text))} = ""'
        lines.append(_with_remark(line[: _WIDTH * 2], f"{rows:,} {'row' if rows == 1 else 'rows'}"))
    more = labels.more + max(0, len(labels.unknown) - _MOST_UNKNOWN)
    return lines + ([f"# and {more:,} others"] if more else [])


def _constants(table: Table, draft: Draft) -> list[str]:
    if table.name != "disputes" or draft.has_times:
        return []
    lines = [
        "",
        *_comment("? No dates were found, and every dispute needs opened_at or ruled_at. Name a column above, or:"),
    ]
    return [*lines, f"# [tables.{table.name}.constants]", '# ruled_at = "2024-01-01"']


def _factors(draft: Draft, *, with_factors: bool) -> list[str]:
    found = {each.name: each for file in draft.of_table("disputes") for each in file.candidates}
    if not found:
        return []
    lines = _comment(
        "Further columns that may be analysed beside the four factors: take the # away from those that were known "
        'before the ruling. A number may be said to favour a side: favours = "buyer" or "seller".'
    )
    for each in found.values():
        block = _factor(each)
        taken = with_factors and not each.doubt
        lines += ["", *(line.removeprefix("# ") for line in block)] if taken else ["", *block]
    return lines


def _factor(each: Candidate) -> list[str]:
    remark = f"{each.remark}{f'; ? {each.doubt}' if each.doubt else ''}"
    lines = [
        f"# [extra_factors.{each.name}]",
        f"# column = {quoted(each.facts.header)}",
        _with_remark(f'# type = "{each.type}"', remark),
    ]
    if each.same:
        lines.append(f"# [tables.disputes.values.{quoted(each.facts.header)}]")
        lines += [
            _with_remark(f"# {quoted(other)} = {quoted(usual)}", "? the same, written otherwise")
            for other, usual in each.same[:20]
        ]
    return lines
