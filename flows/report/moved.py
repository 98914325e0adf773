"""Section: what was delivered now against what was there before. Shares of few disputes are not shown."""

from dataclasses import dataclass

from flows.report.blocks import Cell, Head, Prose, Section, Table
from flows.report.names import factor_label, outcome_label, sentence_case, slice_label, value_label
from flows.report.numbers import count, percent, points, same
from flows.report.suppression import is_small
from transforms.registry import Label

VOLUME = "volume"
_OUTCOME = "outcome"
_OF_DISPUTES = ("category", "claim", "decided_by")
_HIDDEN = Label("hidden", "已隐藏")
_TITLE = Label("Whether new data look like the old", "新数据与以往是否一致")
_FIRST = Label(
    "This is the first release, or nothing was delivered since: there is nothing to compare.",
    "这是首次发布，或此后没有新数据，无可比较。",
)
_STEADY = Label(
    "What was delivered now is like what was there before, as far as chance lets one tell.",
    "就统计误差所及，本次数据与此前数据没有差异。",
)
_MOVED = Label(
    "What was delivered now differs from what was there before by more than chance explains. Before reading the rest, "
    "find out whether the marketplace changed or the export did.",
    "本次数据与此前数据的差异超出偶然。请先弄清是平台变了，还是导出变了，再读其余部分。",
)
_VOLUME = Label(
    "The number of new disputes is unlike that of earlier deliveries.", "新增纠纷数与以往各次交付明显不同。"
)
_NOTE = Label(
    "Differences with 95% intervals that allow for sellers who come back; listed are those with q < 0.01 and at least "
    "3 points. All comparisons are in meta.drift.",
    "差异附 95% 区间，已考虑同一卖家多次出现；仅列出 q < 0.01 且至少 3 个百分点者。全部比较见 meta.drift。",
)


@dataclass(frozen=True)
class Move:
    """One row of meta.drift."""

    measure: str
    value: str
    n_before: int
    n_now: int
    share_before: float | None
    share_now: float | None
    difference_pp: float | None
    ci_low: float | None
    ci_high: float | None
    is_moved: bool

    @property
    def is_small(self) -> bool:
        """Whether the shares would tell of fewer disputes than may be shown."""
        return is_small(self.share_before or 0.0, self.n_before) or is_small(self.share_now or 0.0, self.n_now)


def moved_section(moves: tuple[Move, ...]) -> Section:
    """Say what moved, or that nothing did, or that there was nothing to compare."""
    moved = [move for move in moves if move.is_moved]
    shares = sorted(
        (move for move in moved if move.measure != VOLUME),
        key=lambda move: (-abs(move.difference_pp or 0.0), move.measure, move.value),
    )
    said = _MOVED if moved else _STEADY if any(move.n_before for move in moves) else _FIRST
    blocks: list[Prose | Table] = [Prose(said)]
    if len(shares) < len(moved):
        blocks.append(Prose(_VOLUME))
    if shares:
        blocks.append(_table(shares))
    return Section("moved", _TITLE, tuple(blocks))


def _table(moves: list[Move]) -> Table:
    head = (
        Head(Label("What", "指标")),
        Head(Label("Value", "取值")),
        Head(Label("Disputes before", "此前纠纷数"), is_number=True),
        Head(Label("Disputes now", "本次纠纷数"), is_number=True),
        Head(Label("Share before", "此前占比"), is_number=True),
        Head(Label("Share now", "本次占比"), is_number=True),
        Head(Label("Difference", "差异"), is_number=True),
    )
    rows = tuple(_cells(move) for move in moves)
    return Table(_TITLE, head, rows, _NOTE, "select * from meta.drift where is_moved")


def _cells(move: Move) -> tuple[Cell, ...]:
    measure, value = _names(move)
    counts = (Cell(same(count(move.n_before))), Cell(same(count(move.n_now))))
    if move.is_small:
        return (Cell(measure), Cell(value), *counts, *([Cell(_HIDDEN, "muted")] * 3))
    difference = points(move.difference_pp, move.ci_low, move.ci_high)
    shares = (Cell(same(percent(move.share_before))), Cell(same(percent(move.share_now))))
    return (Cell(measure), Cell(value), *counts, *shares, Cell(difference))


def _names(move: Move) -> tuple[Label, Label]:
    if move.measure == _OUTCOME:
        return Label("Outcome", "结果"), outcome_label(move.value)
    if move.measure in _OF_DISPUTES:
        return sentence_case(slice_label(move.measure)), value_label(move.measure, move.value)
    level = value_label(move.measure, move.value)
    is_named = level != same(move.value)
    return (
        sentence_case(factor_label(move.measure)),
        level if is_named else Label(f"level {move.value}", f"水平 {move.value}"),
    )
