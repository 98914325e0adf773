"""Section: the scoreboard of claims; each unfolds to what was estimated, on how many disputes, and what was found."""

from collections.abc import Iterator, Sequence

from flows.report import words
from flows.report.blocks import Block, Bullets, Fact, Fold, Folds, Prose, Section
from flows.report.data import ReportData
from flows.report.estimates import Defined, Finding
from flows.report.listing import of_claim, of_extra_factor, of_group
from flows.report.names import factor_label, sentence_case
from flows.report.numbers import count, decimal, same, span
from flows.report.suppression import K
from transforms.claims.catalogue import PARTS
from transforms.claims.models import MODELS
from transforms.claims.verdicts import VERDICT_LABELS, Verdict
from transforms.registry import Label
from transforms.registry.enumerations import FACTOR

_PARTS = {part.claim_id: part for part in PARTS}
_POPULATIONS = {model.name: model.population for model in MODELS}
#: Why a claim is not testable, where the counts may not be told.
TOO_FEW = Label(
    "There are too few disputes or sellers on one side; at least 20 disputes of 10 sellers are needed on each.",
    "某一侧的纠纷或卖家太少；每一侧至少需要 10 个卖家的 20 个纠纷。",
)
_UNITS = {
    "pp": Label(" pp", " 个百分点"),
    "percent": Label("% of the hours", "%（小时数）"),
    "share_pp": Label(" pp of importance", " 个重要性百分点"),
    "auc_points": Label(" hundredths of the AUC", "（AUC 百分之一）"),
}
#: So many claims are told in words within a sentence; of more only the first two, the others by id.
_MOST_NAMED = 3
_FEWEST_NAMED = 2
_TONES = {"supported": "good", "contradicted": "bad"}
_MEANINGS = {
    Verdict.SUPPORTED: Label(
        "The interval lies wholly on the side that the claim names, holds after correction for the number of tests, "
        "and the effect is not negligible.",
        "区间完全位于该说法所指的一侧，经检验次数校正后仍成立，且效应不可忽略。",
    ),
    Verdict.CONTRADICTED: Label(
        "The same, the other way: these rulings go against the claim.", "区间完全位于相反的一侧：这些判定与该说法相反。"
    ),
    Verdict.NEGLIGIBLE: Label(
        "The interval lies within two points of zero: whatever the effect is, it is too small to matter.",
        "区间位于正负两点之内：无论效应为何，都小到可以忽略。",
    ),
    Verdict.INCONCLUSIVE: Label(
        "The interval leaves open whether the claim holds; more rulings may tell.",
        "区间不足以判断该说法是否成立；需要更多判定。",
    ),
    Verdict.NOT_TESTABLE: Label("The data do not allow a test.", "数据不足以检验。"),
}


def verdict_label(verdict: str) -> Label:
    """What a verdict is called; one that is not known here is shown as it is."""
    known = {each.value: label for each, label in VERDICT_LABELS.items()}
    return known.get(verdict, same(verdict))


def tells_of_few(finding: Finding) -> bool:
    """Whether its counts would speak of fewer than k disputes, by themselves or by taking away."""
    n, n_with, n_without = finding.n or 0, finding.n_with, finding.n_without
    counts = [n]
    if n_with is not None and n_without is not None:
        counts += [n_with, n_without, n - n_with - n_without]
    return any(0 < each < K for each in counts)


def size_of(estimate: float | None, low: float | None, high: float | None, unit: str) -> Label:
    """An estimate with its interval and unit, in words."""
    if estimate is None:
        return Label("no estimate", "无估计值")
    named, bounds = _UNITS.get(unit, same(f" {unit}")), span(low, high, signed=True)
    number = decimal(estimate, signed=True)
    return Label(f"{number}{named.en} ({bounds.en})", f"{number}{named.zh}（{bounds.zh}）")


def reason_of(finding: Finding) -> Label:
    """Why a part is not testable, without counts that may not be shown."""
    return TOO_FEW if tells_of_few(finding) else Label(finding.reason_en, finding.reason_zh)


def told(finding: Finding) -> Label:
    """What was found, in a line below the claim."""
    if finding.verdict == Verdict.NOT_TESTABLE:
        return reason_of(finding)
    size = size_of(finding.estimate, finding.ci_low, finding.ci_high, finding.unit)
    return Label(f"{size.en}, n = {_n(finding).en}", f"{size.zh}，n = {_n(finding).zh}")


def _n(finding: Finding) -> Label:
    return words.HIDDEN if 0 < (finding.n or 0) < K else same(count(finding.n))


def _facts(finding: Finding, definitions: Sequence[Defined]) -> Iterator[Fact]:
    verdict = Verdict(finding.verdict)
    judged, meaning = verdict_label(finding.verdict), _MEANINGS[verdict]
    yield Fact(Label("Estimand", "估计的量"), Label(finding.estimand, finding.estimand_zh))
    if finding.estimate is not None:
        size = size_of(finding.estimate, finding.ci_low, finding.ci_high, finding.unit)
        yield Fact(
            Label("Estimate (95% interval)", "估计值（95% 区间）"),
            Label(f"{size.en}{_q(finding).en}", f"{size.zh}{_q(finding).zh}"),
        )
    yield Fact(Label("Disputes", "纠纷数"), _counts(finding))
    yield Fact(
        Label("Verdict", "结论"), Label(f"{sentence_case(judged).en}. {meaning.en}", f"{judged.zh}。{meaning.zh}")
    )
    if verdict is Verdict.NOT_TESTABLE:
        yield Fact(Label("Why not", "原因"), reason_of(finding))
    if finding.robustness_en:
        yield Fact(Label("What could undo it", "何种因素可推翻"), Label(finding.robustness_en, finding.robustness_zh))
    if definitions and finding.verdict != Verdict.NOT_TESTABLE:
        yield Fact(Label("By other definitions of winning", "按其他胜诉定义"), _by_definition(definitions))
    if finding.definition_note_en:
        yield Fact(
            Label("Depends on the definition", "取决于定义"),
            Label(finding.definition_note_en, finding.definition_note_zh),
        )


def _q(finding: Finding) -> Label:
    if finding.q_value is None:
        return same("")
    text = "q < 0.001" if finding.q_value < 0.001 else f"q = {decimal(finding.q_value, 3)}"  # noqa: PLR2004
    return Label(f"; {text}", f"；{text}")


def _counts(finding: Finding) -> Label:
    if 0 < (finding.n or 0) < K:
        return words.HIDDEN
    n, sellers = count(finding.n), count(finding.n_clusters)
    text = Label(f"{n}, of {sellers} sellers", f"{n} 个，涉及 {sellers} 个卖家")
    if finding.n_with is not None and finding.n_without is not None and not tells_of_few(finding):
        sides = count(finding.n_with), count(finding.n_without)
        text = Label(
            f"{text.en}; {sides[0]} with it, {sides[1]} without", f"{text.zh}；有该项 {sides[0]} 个，没有 {sides[1]} 个"
        )
    if finding.is_sampled:
        text = Label(f"{text.en}; a sample of sellers", f"{text.zh}；卖家抽样")
    return text


def _by_definition(definitions: Sequence[Defined]) -> Label:
    said = []
    for each in definitions:
        verdict, size = verdict_label(each.verdict), size_of(each.estimate, each.ci_low, each.ci_high, each.unit)
        said.append(
            Label(f"{each.definition_en}: {verdict.en}, {size.en}", f"{each.definition_zh}：{verdict.zh}，{size.zh}")
        )
    return Label("; ".join(each.en for each in said), "；".join(each.zh for each in said))


def _fold(data: ReportData, finding: Finding) -> Fold:
    others = [each for each in data.estimates.definitions if each.claim_id == finding.claim_id]
    return Fold(
        key=f"claim-{data.estimates.findings.index(finding)}",
        badge=verdict_label(finding.verdict),
        tone=_TONES.get(finding.verdict, "quiet"),
        title=Label(f"{finding.claim_id} {finding.statement_en}", f"{finding.claim_id} {finding.statement_zh}"),
        detail=told(finding),
        facts=tuple(_facts(finding, others)),
        lists=claim_list(data, finding),
    )


def claim_list(data: ReportData, finding: Finding) -> str:
    """SQL that lists the disputes behind a finding; empty where there are none."""
    cuts = {row.cut_at for row in data.estimates.validation if row.cut_at}
    part = _PARTS.get(finding.claim_id)
    if part is None:
        # names without an order are not tested, so all rulings count
        return of_group("all", "all") if finding.status == "no_order" else of_extra_factor(finding.factor)
    return of_claim(part, _POPULATIONS.get(part.model, ""), data.bounds, min(cuts, default=None)) or ""


def verdict_counts(data: ReportData) -> dict[str, int]:
    """How many claims have each verdict; that of a claim is the verdict of its first part."""
    firsts = [finding for finding in data.estimates.findings if finding.is_first_part]
    return {verdict.value: sum(finding.verdict == verdict for finding in firsts) for verdict in Verdict}


def verdicts_sentence(data: ReportData) -> Label:
    """How the claims came out, in a sentence."""
    counts = {name: n for name, n in verdict_counts(data).items() if n}
    total = sum(counts.values())
    if not total:
        return Label("No claim was put to these rulings.", "没有对这些判定检验任何说法。")
    if set(counts) == {Verdict.NOT_TESTABLE.value}:
        return Label(
            f"None of the {total} claims of marketplace lore can be tested with these data.",
            f"{total} 个坊间说法均无法用这些数据检验。",
        )
    listed = words.join(
        [Label(f"{n} {verdict_label(name).en}", f"{verdict_label(name).zh} {n} 个") for name, n in counts.items()]
    )
    text = Label(f"Of {total} claims of marketplace lore: {listed.en}.", f"在 {total} 个坊间说法中：{listed.zh}。")
    against = [each for each in data.estimates.findings if each.verdict == Verdict.CONTRADICTED]
    firsts = [each for each in against if each.is_first_part]
    further = [each for each in against if not each.is_first_part]
    if firsts:
        named = _named(firsts)
        text = Label(f"{text.en} Contradicted: {named.en}.", f"{text.zh}与说法相反的是：{named.zh}。")
    if further:
        named = _named(further)
        text = Label(
            f"{text.en} What is contradicted in a further part: {named.en}.",
            f"{text.zh}分项与说法相反的是：{named.zh}。",
        )
    return text


def _named(findings: Sequence[Finding]) -> Label:
    """Claims with what they say; of many the first ones, and the others by id."""
    shown = findings if len(findings) <= _MOST_NAMED else findings[:_FEWEST_NAMED]
    more = [finding.claim_id for finding in findings[len(shown) :]]
    english = ", ".join(f"{finding.claim_id} ({finding.statement_en})" for finding in shown)
    chinese = "、".join(f"{finding.claim_id}（{finding.statement_zh}）" for finding in shown)
    if not more:
        return Label(english, chinese)
    claims = "claim" if len(more) == 1 else "claims"
    return Label(
        f"{english} and {len(more)} more {claims} below ({', '.join(more)})",
        f"{chinese}，以及下文另外 {len(more)} 个说法（{'、'.join(more)}）",
    )


def definition_sensitive(data: ReportData) -> list[Finding]:
    """Findings whose sign or verdict hangs on what counts as winning; opposite signs first."""
    found = [finding for finding in data.estimates.findings if finding.is_definition_sensitive]
    return sorted(found, key=lambda finding: (not _turns(data, finding), finding.claim_id))


def _turns(data: ReportData, finding: Finding) -> bool:
    signs = {each.sign for each in data.estimates.definitions if each.claim_id == finding.claim_id}
    return {1, -1} <= signs


def definitions_notice(data: ReportData) -> Label | None:
    """What leads the report where a finding hangs on what counts as winning; None where none does."""
    found = definition_sensitive(data)
    if not found:
        return None
    slight = [finding for finding in found if _is_slight(data, finding)]
    material = [finding for finding in found if finding not in slight]
    if not material:
        return _slight(slight)
    named = _named(material)
    text = Label(
        f"What counts as winning matters here: the verdict on {named.en} differs between definitions of winning (the "
        "ordered outcome, the buyer wins, the buyer gets something, the refunded share).",
        f"何为胜诉在此很重要：{named.zh}的结论因胜诉定义（有序结果、买家胜诉、买家至少得到部分支持、退款比例）而异。",
    )
    turned = [finding for finding in material if _turns(data, finding)]
    more = _ALL_TURN if len(turned) == len(material) else _turning(turned)
    return Label(f"{text.en} {more.en}", f"{text.zh}{more.zh}")


_ALL_TURN = Label("There the effect even changes its sign.", "其效应甚至改变符号。")


def _turning(turned: Sequence[Finding]) -> Label:
    if not turned:
        return Label(
            "None of them turns round: no two definitions give effects of opposite sign beyond chance.",
            "其中没有方向相反的：任何两种定义的效应都未在超出偶然的程度上符号相反。",
        )
    signs = _named(turned)
    return Label(f"The effect even changes its sign: {signs.en}.", f"其中{signs.zh}的效应甚至改变符号。")


def _is_slight(data: ReportData, finding: Finding) -> bool:
    """Whether the definitions only disagree on whether nothing is shown or what there is is too small to matter."""
    verdicts = {each.verdict for each in data.estimates.definitions if each.claim_id == finding.claim_id}
    spoken_for = {Verdict.SUPPORTED.value, Verdict.CONTRADICTED.value}
    return not (verdicts | {finding.verdict}) & spoken_for and not _turns(data, finding)


def _slight(found: Sequence[Finding]) -> Label:
    named = _named(found)
    return Label(
        f"What counts as winning decides no finding here; only whether {named.en} is negligible or inconclusive "
        "differs between definitions of winning (the ordered outcome, the buyer wins, the buyer gets something, the "
        "refunded share).",
        f"何为胜诉在此不左右任何结论；仅{named.zh}属于可忽略还是无定论，因胜诉定义（有序结果、买家胜诉、"
        "买家至少得到部分支持、退款比例）而异。",
    )


def claims_section(data: ReportData) -> Section | None:
    """The scoreboard; none where no claim was put to the data."""
    findings = data.estimates.findings
    if not findings:
        return None
    blocks: list[Block] = [Prose(verdicts_sentence(data)), Prose(_INTRODUCTION)]
    sensitive = definition_sensitive(data)
    if sensitive:
        notes = [
            Label(f"{each.claim_id} {each.definition_note_en}", f"{each.claim_id} {each.definition_note_zh}")
            for each in sensitive
        ]
        blocks += [Prose(Label("Where the definition of winning matters", "结论取决于胜诉定义之处"), "heading")]
        blocks += [Bullets(tuple(notes))]
    known = [*FACTOR.values, "overall"]
    extra = sorted({finding.factor for finding in findings} - set(known))
    for factor in (*known, *extra):
        folds = [_fold(data, finding) for finding in findings if finding.factor == factor]
        if folds:
            heading = _heading(factor)
            blocks += [Prose(heading, "heading"), Folds(tuple(folds))]
    return Section("claims", Label("What marketplace lore says", "坊间说法"), tuple(blocks))


def _heading(factor: str) -> Label:
    if factor == "overall":
        return Label("All factors together", "综合")
    label = factor_label(factor)
    return sentence_case(label) if factor in FACTOR.values else label


_INTRODUCTION = Label(
    "Each line is a claim with what these rulings say of it; it unfolds to what was estimated, on how many disputes, "
    "and what an unrecorded influence would have to do to undo it. Effects are adjusted for the other factors, "
    "category, "
    "claim, price and month; a verdict speaks of association in these rulings, not of cause.",
    "每一行是一个说法及这些判定对它的检验结果，展开可见所估计的量、纠纷数，以及未记录的影响须有多强才能推翻结论。"
    "效应已对其他因素、类目、主张、价格和月份作调整；结论说明的是这些判定中的关联，而非因果。",
)
