"""What the data says of each claim."""

from transforms.registry.model import Column, Kind, Label, Table
from transforms.registry.outputs.columns import (
    FACTOR_NAME,
    N_CLUSTERS,
    P_VALUE,
    Q_VALUE,
    STATUS,
    count,
    flag,
    number,
    text,
)

_VERDICT = text(
    "verdict", "supported, contradicted, negligible, inconclusive or not_testable; for the first part, of the claim",
    "结论：supported 支持、contradicted 与说法相反、negligible 可忽略、inconclusive 无定论、not_testable 无法检验；"
    "首个部分的结论即该说法的结论",
)  # fmt: skip
_OUTCOME = text(
    "outcome", "What the effect is on: buyer_wins, seller_wins, refund_ratio, hours or none", "效应所针对的结果"
)
_NUMBERS = (
    count("n", "Disputes that the estimate is about", "估计所涉及的纠纷数"),
    N_CLUSTERS,
    count("n_with", "Disputes that have what is compared", "有所比较事项的纠纷数"),
    count("n_without", "Disputes without it", "没有该事项的纠纷数"),
    flag("is_sampled", "Estimated on a sample of sellers", "在卖家样本上估计"),
    text(
        "unit",
        "Unit of the estimate: pp, percent (of hours), share_pp (of importance) or auc_points (hundredths)",
        "估计值单位：pp 百分点、percent 小时数的百分比、share_pp 重要性份额百分点、auc_points 百分之一",
    ),
    number("estimate", "Estimate in its unit", "估计值"),
    number(
        "estimate_pp",
        "Estimate, where its unit is percentage points, of a chance or of importance",
        "估计值（单位为概率或重要性的百分点时）",
        "pp",
    ),
    number("ci_low", "Lower end of the 95 % interval, in the unit of the estimate", "95% 区间下限（单位同估计值）"),
    number("ci_high", "Upper end of the 95 % interval, in the unit of the estimate", "95% 区间上限（单位同估计值）"),
    P_VALUE,
    Q_VALUE,
    _VERDICT,
    STATUS,
)


def _both(name: str, en: str, zh: str) -> tuple[Column, Column]:
    """A text in both languages."""
    return text(f"{name}_en", f"{en}, in English", f"{zh}（英文）"), text(
        f"{name}_zh", f"{en}, in Chinese", f"{zh}（中文）"
    )


CLAIM_FINDINGS = Table(
    "marts",
    "claim_findings",
    Label("What these rulings say of each claim", "这些判定对每个说法的检验结果"),
    ("claim_id",),
    (
        text("claim_id", "Claim; with a letter where it has several parts", "说法编号；有多个部分时带字母"),
        text("claim", "Claim that the part belongs to", "所属说法"),
        *_both("claim", "What the whole claim says", "完整说法"),
        flag("is_first_part", "The verdict is that of the claim", "其结论即该说法的结论"),
        FACTOR_NAME,
        *_both("statement", "What the part says", "该部分的说法"),
        text("estimand", "What is estimated, in English", "估计的量（英文）"),
        text("estimand_zh", "What is estimated, in Chinese", "估计的量（中文）"),
        _OUTCOME,
        Column(
            "direction", Kind.INTEGER,
            Label(
                "Sign of the estimate if the claim holds; 0 if it claims no difference",
                "说法成立时估计值的符号；0 表示声称无差异",
            ),
            minimum=-1, maximum=1,
        ),
        text("definition", "Definition of winning that the estimate rests on", "估计所用的胜诉定义"),
        *_NUMBERS,
        *_both("reason", "Why it is not testable, else empty", "无法检验的原因，否则为空"),
        *_both("finding", "What was found, in a sentence", "结果（一句话）"),
        number("e_value", "E-value: risk ratio by which a confounder must go with both", "E 值（风险比）"),
        number("e_value_ci", "E-value of the end of the interval nearer to no effect", "区间中更接近零一端的 E 值"),
        *_both("robustness", "How strong an unmeasured confounder would have to be", "未测量混杂须有多强"),
        flag(
            "is_definition_sensitive", "Sign or verdict differs between definitions of winning", "是否因胜诉定义而异"
        ),
        *_both("definition_note", "How it differs, else empty", "差异说明，否则为空"),
    ),
)  # fmt: skip

DEFINITIONS = Table(
    "marts",
    "definitions",
    Label(
        "The first part of each claim, the effects of tone and reputation (G2d, G2e), and each extra factor, under "
        "several definitions of winning",
        "各说法的首个部分、语气与信誉的效应（G2d、G2e）及各额外因素在多种胜诉定义下的结果",
    ),
    ("claim_id", "definition"),
    (
        text("claim_id", "Claim, or X_ and the name of an extra factor", "说法编号，或 X_ 加额外因素名"),
        FACTOR_NAME,
        text("definition", "buyer_wins, not_seller_wins or refund_ratio", "胜诉定义"),
        *_both("definition", "The definition in words", "定义说明"),
        text("outcome", "Effects count in favour of this side: buyer_wins or seller_wins", "效应计为有利于哪一方"),
        *_NUMBERS,
        Column(
            "sign", Kind.INTEGER,
            Label("Side of zero on which the interval lies; 0 if it holds zero", "区间位于零的哪一侧；含零为 0"),
            minimum=-1, maximum=1,
        ),
    ),
)  # fmt: skip

TABLES = (CLAIM_FINDINGS, DEFINITIONS)
