"""What an explanation says, in both languages; names of values come from the registry."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from flows.report.numbers import same
from transforms.factors import FACTORS
from transforms.registry import Label
from transforms.registry.enumerations import (
    AUDIENCE,
    CATEGORY,
    CLAIM,
    DECIDED_BY,
    EVIDENCE_KIND,
    FACTOR,
    OUTCOME,
    PARTY,
    RULE,
    SENDER,
    SEVERITY,
)
from transforms.registry.outputs import ACTS


class Language(StrEnum):
    """A language that explanations are written in."""

    EN = "en"
    ZH = "zh"


def language_of(environment: Mapping[str, str]) -> Language:
    """The language of a person: Chinese where ``LANG`` says so, otherwise English."""
    return Language.ZH if environment.get("LANG", "").lower().startswith("zh") else Language.EN


def say(label: Label, language: Language, **values: object) -> str:
    """The text in one language, its places filled in."""
    text: str = getattr(label, language.value)
    return text.format(**values) if values else text


def named(labels: Mapping[str, Label], value: str | None) -> Label:
    """The name of a value; one that is not known here is shown as the data has it."""
    return NOT_RECORDED if value is None else labels.get(value, same(value))


NOT_RECORDED: Final = Label("not recorded", "未记录")
ANSWERS: Final[dict[bool | None, Label]] = {True: Label("yes", "是"), False: Label("no", "否"), None: NOT_RECORDED}

VALUES: Final[dict[str, Mapping[str, Label]]] = {
    "audience": AUDIENCE.labels,
    "category": CATEGORY.labels,
    "claim": CLAIM.labels,
    "decided_by": DECIDED_BY.labels,
    "kind": EVIDENCE_KIND.labels,
    "factor": FACTOR.labels,
    "outcome": OUTCOME.labels,
    "party": {**SENDER.labels, **PARTY.labels, "agent": Label("customer service", "客服")},
    "rule": RULE.labels,
    "severity": SEVERITY.labels,
    "act": ACTS,
}
PARTS: Final = {(factor.name, part.name): part.label for factor in FACTORS for part in factor.parts}

# the case
TITLE: Final = Label(
    "Dispute {dispute_id} (release {run_id}; times in China)", "纠纷 {dispute_id}（发布版本 {run_id}；时间为北京时间）"
)
CASE: Final = Label("The case", "案情")
ROWS: Final[dict[str, Label]] = {
    "claim": Label("Claim", "买家主张"),
    "category": Label("Category", "商品类目"),
    "money": Label("Money", "金额"),
    "opened": Label("Opened", "申请介入"),
    "ruled": Label("Ruled", "判定"),
    "closed": Label("Closed", "结束"),
    "outcome": Label("Outcome", "结果"),
    "buyer": Label("Buyer", "买家"),
    "seller": Label("Seller", "卖家"),
    "procedure": Label("Procedure", "程序"),
}
MONEY: Final = Label(
    "item {item}, claimed {claimed}, refunded {refunded}", "商品 {item}，主张 {claimed}，退款 {refunded}"
)
CNY: Final = Label("{amount:,.2f} CNY", "{amount:,.2f} 元")
REFUND: Final = Label(" ({percent} of the claim)", "（占主张金额的 {percent}）")
DECIDER: Final = Label("{time}, by {who}", "{time}，判定方：{who}")
VOTES: Final = Label(
    " ({buyer} votes for the buyer, {seller} for the seller)", "（支持买家 {buyer} 票，支持卖家 {seller} 票）"
)
OPEN: Final = Label("still open", "尚未结束")
FLAG: Final = Label("{flag}: {answer}", "{flag}：{answer}")

# facts
FACTS: Final = Label(
    "Facts of the {party}: {counted} counted, {left_out} not counted",
    "{party}一方的事实：计入 {counted} 项，不计入 {left_out} 项",
)
NO_SIDE: Final = Label(
    "Said by customer service or the system: {n} (counted for neither side)",
    "客服或系统的消息：{n} 条（不计入任何一方）",
)
OPEN_COUNTS_ALL: Final = Label(
    "No time of a ruling is recorded, so facts of any time count.", "没有判定时间，因此所有时间的事实都计入。"
)
NO_TIME: Final = Label("no time", "无时间")
NO_TIME_NOTE: Final = Label("counted: no time recorded", "计入：未记录时间")
REASONS: Final = {
    "after_ruling": Label("not counted: not before the ruling", "不计入：不早于判定"),
    "rejected": Label("not counted: rejected by the decider", "不计入：判定方未采纳"),
}
ABSENT: Final[dict[str, Label]] = {
    "evidence": Label("Evidence: none shown.", "证据：未提供。"),
    "violations": Label("Breaches: none alleged.", "违规：无指控。"),
    "messages": Label("Messages: none written.", "消息：未发言。"),
}
NOT_DELIVERED: Final[dict[str, Label]] = {
    "evidence": Label(
        "Evidence: not recorded, the dispute's batch has no such table.", "证据：未记录，该纠纷所在批次没有此表。"
    ),
    "violations": Label(
        "Breaches: not recorded, the dispute's batch has no such table.", "违规：未记录，该纠纷所在批次没有此表。"
    ),
    "messages": Label(
        "Messages: not recorded, the dispute's batch has no such table.", "消息：未记录，该纠纷所在批次没有此表。"
    ),
}
QUALITIES: Final[dict[str, tuple[Label, Label]]] = {
    "clear": (Label("sharp", "清晰"), Label("not sharp", "不清晰")),
    "multi_angle": (Label("several angles", "多角度"), Label("one angle", "单一角度")),
    "close_up": (Label("close-up", "有瑕疵特写"), Label("no close-up", "无瑕疵特写")),
    "full_process": (Label("whole operation", "完整过程"), Label("not the whole operation", "非完整过程")),
    "accredited": (Label("accredited body", "机构有资质"), Label("body not accredited", "机构无资质")),
    "admitted": (Label("accepted by the decider", "已被采纳"), Label("rejected", "未被采纳")),
}
PROVEN: Final[dict[bool | None, Label]] = {
    True: Label("proven", "查证属实"),
    False: Label("alleged, not proven", "仅被指控"),
    None: Label("not recorded whether proven", "是否属实未记录"),
}
BREACH: Final = Label("breach: {rule}", "违规：{rule}")
MESSAGE: Final = Label("to {audience}: “{text}”", "对{audience}说：“{text}”")
MESSAGE_TO_ANYONE: Final = Label("said: “{text}”", "说：“{text}”")
SPOKEN: Final = Label("{party} {message}", "{party}{message}")

# reputation
REPUTATION: Final = Label("Reputation before {moment}", "{moment}之前的信誉")
REPUTATION_NO_MOMENT: Final = Label("Reputation", "信誉")
NO_USER: Final = Label("the user is not recorded.", "未记录用户。")
NOT_SCORED: Final = Label("not recorded.", "未记录。")
FROM_SNAPSHOT: Final = Label("as of {as_of}: {figures}.", "截至 {as_of}：{figures}。")
SAYS_NOTHING: Final = Label("nothing on this side's role", "没有与该方角色有关的信息")
FROM_HISTORY: Final = Label(
    "no usable snapshot; derived from the earlier disputes ({n}).", "没有可用的快照，由 {n} 起既往纠纷推算。"
)
UNKNOWN_USER: Final = Label("nothing is known of the user: neutral.", "用户信息未知：按中性计。")
EARLIER: Final = Label("Earlier snapshots, replaced by this one: {n}.", "另有 {n} 个更早的快照，已被取代。")
LATE: Final = Label(
    "Later snapshots, not counted because not known before the dispute: {n}.",
    "另有 {n} 个更晚的快照，不计入：纠纷之前尚未知晓。",
)
FIGURES: Final[dict[str, dict[str, Label]]] = {
    "buyer": {
        "credit_score": Label("credit score {value}", "信用分 {value}"),
        "member_since": Label("member since {value}", "{value} 注册"),
        "completed_trades": Label("trades {value:,}", "交易 {value:,} 笔"),
        "claims_90d": Label("claims in 90 days {value:,}", "近90天维权 {value:,} 次"),
        "unjustified_claims_365d": Label("unjustified claims in 365 days {value:,}", "近365天无理维权 {value:,} 次"),
    },
    "seller": {
        "positive_rate": Label("positive ratings {value:.1%}", "好评率 {value:.1%}"),
        "member_since": Label("member since {value}", "{value} 注册"),
        "completed_trades": Label("trades {value:,}", "交易 {value:,} 笔"),
        "complaints_365d": Label("complaints in 365 days {value:,}", "近365天被投诉 {value:,} 次"),
        "penalties_365d": Label("penalties in 365 days {value:,}", "近365天被处罚 {value:,} 次"),
        "counterfeit_penalties_365d": Label(
            "counterfeit penalties in 365 days {value:,}", "近365天售假处罚 {value:,} 次"
        ),
    },
}

# scores
SCORES: Final = Label(
    "Scores, and the parts that add up to them (0 to 1, higher is better for the side)",
    "得分及其构成（0 至 1，越高对该方越有利）",
)
SCORE_HEAD: Final = Label("{factor}, {party}: {score}", "{factor}，{party}：{score}")
ADVANTAGES: Final = Label("Advantages (buyer minus seller, −1 to 1)", "优势（买家减卖家，−1 至 1）")
OVERALL: Final = Label("overall", "综合")
EXTRA: Final = Label("Extra factors", "额外因素")

# like cases
LIKE: Final = Label("How like cases were ruled", "同类纠纷的判定")
LIKE_N: Final = Label(
    "{n:,} other ruled disputes ({sellers}) have the same {criteria}.",
    "另有 {n:,} 起已判定纠纷（{sellers}）具有相同的{criteria}。",
)
SELLERS: Final = Label("of {n:,} sellers", "涉及 {n:,} 个卖家")
FEW_SELLERS: Final = Label("of fewer than {k} sellers", "涉及不足 {k} 个卖家")
NO_SELLERS: Final = Label("sellers not recorded", "未记录卖家")
CRITERION: Final = Label("level of {factor}", "{factor}水平")
SAME_CLAIM: Final = Label("claim", "主张")
SAME_CATEGORY: Final = Label("category", "类目")
SET_ASIDE: Final = Label(
    "Set aside, because too few cases shared it as well: {criteria}.", "因同时相同的纠纷太少而放宽：{criteria}。"
)
LEVELS: Final = Label("Its levels: {levels}.", "该纠纷的水平：{levels}。")
LEVEL: Final = Label("{factor} {level} of {n} ({low} to {high})", "{factor}第 {level} 档，共 {n} 档（{low} 至 {high}）")
LEVEL_NOT_RECORDED: Final = Label("{factor} not recorded", "{factor}未记录")
LEVEL_UNKNOWN: Final = Label(
    "{factor} in no level, as no ruled dispute has it recorded", "{factor}没有水平，因为没有已判定纠纷记录它"
)
TOO_FEW: Final = Label(
    "Too few: there are not {fewest} other rulings on the same claim that could be told about.",
    "数量不足：相同主张的其他判定中，可公布的不足 {fewest} 起。",
)
SHARE: Final = Label(
    "{outcome}: {percent} ({n:,} of {total:,}; 95% interval {low} to {high})",
    "{outcome}：{percent}（{total:,} 起中 {n:,} 起；95% 区间 {low} 至 {high}）",
)
HIDDEN: Final = Label(
    "{outcome}: not shown (this count or one that would tell it is under {k})",
    "{outcome}：不显示（该数目或可由其推出的数目小于 {k}）",
)
FEW_CLUSTERS: Final = Label("Few sellers: read the intervals with care.", "卖家较少，区间仅供参考。")

# the ruling
RULING: Final = Label("How surprising the ruling is", "该判定是否出人意料")
NOT_RULED: Final = Label("Nobody has ruled, so there is nothing to compare.", "没有判定，无从比较。")
SCALE: Final = Label(
    "(usual: at least {usual:.0%}; very unusual: under {very_unusual:.0%})",
    "（常见：不低于 {usual:.0%}；非常少见：低于 {very_unusual:.0%}）",
)
BY_LIKE: Final = Label(
    "By like cases: {word}. {percent} of the {n:,} were ruled “{outcome}” too.",
    "按同类纠纷：{word}。{n:,} 起中 {percent} 同样判为“{outcome}”。",
)
BY_LIKE_TOO_FEW: Final = Label(
    "By like cases: it cannot be told, there are too few.", "按同类纠纷：无法判断，数量太少。"
)
BY_LIKE_HIDDEN: Final = Label(
    "By like cases: it cannot be told, as the count is not shown.", "按同类纠纷：无法判断，数目不显示。"
)
BY_MODEL: Final = Label(
    "By the published model: {word}. It gives this ruling a probability of {percent}, having learnt from it too.",
    "按已发布的模型：{word}。模型给出的概率为 {percent}（该判定本身也参与了估计）。",
)
BY_MODEL_NOT: Final[dict[str, Label]] = {
    "no_model": Label(
        "By the published model: it cannot be told, as none was fitted.", "按已发布的模型：无法判断，没有拟合出模型。"
    ),
    "term_not_estimated": Label(
        "By the published model: it cannot be told, as it has no estimate for disputes like this one.",
        "按已发布的模型：无法判断，模型没有此类纠纷的估计。",
    ),
}
SURPRISE: Final[dict[str, Label]] = {
    "usual": Label("usual", "常见"),
    "unusual": Label("unusual", "少见"),
    "very_unusual": Label("very unusual", "非常少见"),
}
LIST: Final = Label(", ", "、")
CLAUSES: Final = Label("; ", "；")
NOTE: Final = Label(" ({note})", "（{note}）")
COLON: Final = Label("{head}: {text}", "{head}：{text}")
