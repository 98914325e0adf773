"""Section: whether one factor changes what another is worth, above all reputation what evidence is worth."""

from collections.abc import Sequence

from flows.report import words
from flows.report.associations import status_remark
from flows.report.blocks import Block, Bullets, Figure, Figures, Prose, Section, Table
from flows.report.claims import told, verdict_label
from flows.report.data import Effect, ReportData
from flows.report.forest import Estimate, Subject, forest_figure, forest_table, size
from flows.report.listing import where
from flows.report.names import product_label, sentence_case
from transforms.registry import Label

_MODELS = ("ordinal_sides_interactions", "ordinal_interactions")
#: Claims about an interaction: of reputation with evidence, and others.
_TRUST_CLAIMS = ("P1a", "P4a")
_CLAIMS = ("T4a",)
_PRODUCT = "_x_"
#: The products that say whether reputation changes what evidence is worth.
_TRUST = (
    "buyer_evidence_x_buyer_reputation",
    "seller_evidence_x_seller_reputation",
    "evidence_advantage_x_reputation_advantage",
)


def products(data: ReportData) -> list[Effect]:
    """Products of two factors in the ordered models; those of evidence and reputation first."""
    found = [effect for effect in data.effects if effect.model in _MODELS and _PRODUCT in effect.term]
    return sorted(found, key=lambda effect: (_place(effect.term), _MODELS.index(effect.model), effect.term))


def _place(term: str) -> int:
    return _TRUST.index(term) if term in _TRUST else len(_TRUST)


def _is_shown(effect: Effect) -> bool:
    """Whether the product is beyond chance on both scales, so that it is no matter of chances near 0 or 1."""
    if effect.ame_ci_low is None or effect.ame_ci_high is None or effect.ci_low is None or effect.ci_high is None:
        return False
    return not effect.ame_ci_low <= 0 <= effect.ame_ci_high and not effect.ci_low <= 1 <= effect.ci_high


def _estimate(effect: Effect) -> Estimate:
    first, second = effect.term.split(_PRODUCT)
    remark = status_remark(effect.status)
    is_one_scale = not _is_shown(effect) and effect.ame_ci_low is not None and effect.ame_ci_high is not None
    if remark is None and is_one_scale and not words.includes_zero(effect):
        remark = Label("not in log odds", "按对数优势衡量不成立")
    return Estimate(
        sentence_case(product_label(effect.term)),
        size(effect.n),
        effect.ame_pp,
        effect.ame_ci_low,
        effect.ame_ci_high,
        remark=remark,
        lists=where("is_ruled", f"{first} is not null", f"{second} is not null", columns=f"{first}, {second}"),
    )


def claims_sentence(data: ReportData) -> Label | None:
    """What came of the claims that reputation changes what evidence is worth; None where none was put."""
    asked = [finding for finding in data.estimates.findings if finding.claim_id in _TRUST_CLAIMS]
    if not asked:
        return None
    told_of = []
    for finding in asked:
        verdict, result = verdict_label(finding.verdict), told(finding)
        told_of.append(
            Label(
                f"{finding.claim_id} ({_lower(finding.statement_en)}) is {verdict.en}, {_lower(result.en)}",
                f"{finding.claim_id}（{finding.statement_zh}）为{verdict.zh}，{result.zh}",
            )
        )
    ended = [Label(each.en.removesuffix("."), each.zh.removesuffix("。")) for each in told_of]
    text = Label("; ".join(each.en for each in ended), "；".join(each.zh for each in ended))
    return Label(
        f"How far reputation changes what evidence is worth: {text.en}.", f"信誉在多大程度上改变证据的分量：{text.zh}。"
    )


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def trust_sentence(effects: Sequence[Effect]) -> Label:
    """What the ordered models say of the products of evidence and reputation."""
    of_trust = [effect for effect in effects if effect.term in _TRUST and effect.ame_pp is not None]
    if not of_trust:
        return Label(
            "In the ordered models no product of evidence and reputation could be estimated.",
            "在有序模型中无法估计证据与信誉的交互项。",
        )
    shown = [effect for effect in of_trust if _is_shown(effect)]
    if not shown:
        return Label(
            f"In the ordered models none of {len(of_trust)} products of evidence and reputation is beyond chance both "
            "in "
            "percentage points and in log odds.",
            f"在有序模型中，证据与信誉的 {len(of_trust)} 个交互项均未在百分点和对数优势两种尺度上同时超出偶然。",
        )
    said = []
    for effect in shown:
        size_of = words.effect_size(effect)
        name = product_label(effect.term)
        said.append(Label(f"{name.en}, {size_of.en}", f"{name.zh}，{size_of.zh}"))
    listed = Label("; ".join(each.en for each in said), "；".join(each.zh for each in said))
    return Label(
        "In the ordered models these products are beyond chance, in percentage points of the chance that the buyer "
        "wins "
        f"per standard deviation of each: {listed.en}.",
        f"在有序模型中，以下交互项超出偶然（两者各增加一个标准差时支持买家概率变化的百分点）：{listed.zh}。",
    )


def interactions_section(data: ReportData) -> Section | None:
    """Products of factors; none where the models have none."""
    found = products(data)
    if not found:
        return None
    subject = Subject(
        key="interactions",
        title=Label(
            "By how much one factor changes the effect of another, in percentage points",
            "一个因素使另一因素的效应改变多少（百分点）",
        ),
        first_column=Label("Product", "交互项"),
        value=Label("Change of the effect, pp", "效应的变化（百分点）"),
        unit=" pp",
        query="from marts.factor_effects where term like '%\\_x\\_%' escape '\\'",
        notes=(_NOTE,),
    )
    estimates = [_estimate(effect) for effect in found]
    shown: Figure | Table = forest_figure(estimates, subject) or forest_table(estimates, subject)
    of_claims = claims_sentence(data)
    blocks: list[Block] = [Prose(of_claims)] if of_claims else []
    blocks.append(Prose(trust_sentence(found)))
    asked = [finding for finding in data.estimates.findings if finding.claim_id in _CLAIMS]
    if asked:
        lines = []
        for finding in asked:
            verdict, result = verdict_label(finding.verdict), told(finding)
            lines.append(
                Label(
                    f"{finding.claim_id} {finding.statement_en}: {verdict.en}. {result.en}",
                    f"{finding.claim_id} {finding.statement_zh}：{verdict.zh}。{result.zh}",
                )
            )
        blocks.append(Bullets(tuple(lines)))
    blocks.append(Figures((shown,)) if isinstance(shown, Figure) else shown)
    title = Label("Whether one factor changes what another is worth", "因素之间是否相互影响")
    return Section("interactions", title, tuple(blocks))


_NOTE = Label(
    "Mean cross derivative of the chance that the buyer wins, per standard deviation of both. Chances near 0 or 100% "
    "move "
    "less in any case, so a change counts here only if it is one of log odds, too.",
    "支持买家概率的平均交叉导数（两者各一个标准差）。接近 0 或 100% 的概率本来变化就小，"
    "因此只有在对数优势上同样成立的变化才算数。",
)
