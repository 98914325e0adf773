"""The five tables of an export batch."""

from transforms.registry import enumerations as enums
from transforms.registry.model import Column, Enumeration, Identifier, Kind, Label, Table

_COUNT_MAX = 1_000_000_000
_MONEY_MAX = 9_999_999_999.99


def _text(name: str, en: str, zh: str, *, required: bool = False, identifier: Identifier | None = None) -> Column:
    return Column(name, Kind.TEXT, Label(en, zh), required=required, identifier=identifier)


def _enum(name: str, values: Enumeration, en: str, zh: str, *, required: bool = False) -> Column:
    return Column(name, Kind.ENUM, Label(en, zh), required=required, enumeration=values)


def _time(name: str, en: str, zh: str, *, required: bool = False) -> Column:
    return Column(name, Kind.TIMESTAMP, Label(en, zh), required=required)


def _flag(name: str, en: str, zh: str) -> Column:
    return Column(name, Kind.BOOLEAN, Label(en, zh))


def _money(name: str, en: str, zh: str) -> Column:
    return Column(name, Kind.DECIMAL, Label(en, zh), minimum=0, maximum=_MONEY_MAX, unit="CNY")


def _count(name: str, en: str, zh: str, maximum: float = _COUNT_MAX, minimum: float = 0) -> Column:
    return Column(name, Kind.INTEGER, Label(en, zh), minimum=minimum, maximum=maximum)


DISPUTE_ID = _text("dispute_id", "Identifier of the dispute", "纠纷编号", required=True)
PARTY = _enum("party", enums.PARTY, "Side that it belongs to", "所属一方", required=True)

DISPUTES = Table(
    schema="export",
    name="disputes",
    label=Label("One row per dispute", "每个纠纷一行"),
    key=("dispute_id",),
    event_time=None,
    is_open=True,
    columns=(
        DISPUTE_ID,
        _time(
            "exported_at",
            "When the row was exported; else the delivery time of its file",
            "导出时间，缺失时取文件到达时间",
        ),
        _text("order_id", "Identifier of the order (pseudonym)", "订单编号（化名）", identifier=Identifier.ORDER),
        _time("opened_at", "Customer service was asked to step in", "申请客服介入时间"),
        _time("ruled_at", "The ruling was made; null while open", "判定时间，未判定为空"),
        _enum("category", enums.CATEGORY, "Category of the item", "商品类目"),
        _enum("claim", enums.CLAIM, "What the buyer claims", "买家主张"),
        _money("item_price_cny", "Price of the item in CNY", "商品价格（元）"),
        _money("claimed_cny", "Amount claimed in CNY", "主张金额（元）"),
        _money("refunded_cny", "Amount refunded in CNY", "退款金额（元）"),
        _text("buyer_id", "Buyer (pseudonym)", "买家（化名）", identifier=Identifier.USER),
        _text("seller_id", "Seller (pseudonym)", "卖家（化名）", identifier=Identifier.USER),
        _enum("outcome", enums.OUTCOME, "How the dispute ended; null while open", "结果，未结束为空"),
        _enum("decided_by", enums.DECIDED_BY, "Who decided", "判定方"),
        _text(
            "decider_id",
            "Agent or panel that decided (pseudonym)",
            "判定人或评审团（化名）",
            identifier=Identifier.DECIDER,
        ),
        _count("votes_buyer", "Jury votes for the buyer", "支持买家票数", maximum=17),
        _count("votes_seller", "Jury votes for the seller", "支持卖家票数", maximum=17),
        _flag("paid_on_platform", "Ordered and paid on the platform", "平台内付款"),
        _flag("applied_in_window", "Applied within the time allowed", "在时限内申请"),
        _flag("negotiated_first", "Negotiated before asking customer service", "先行协商"),
        _flag("shipped_on_time", "Shipped in time", "按时发货"),
    ),
)

EVIDENCE = Table(
    schema="export",
    name="evidence",
    label=Label("One row per item of evidence", "每份证据一行"),
    key=("evidence_id",),
    event_time="submitted_at",
    is_open=True,
    columns=(
        _text("evidence_id", "Identifier of the item of evidence", "证据编号", required=True),
        DISPUTE_ID,
        PARTY,
        _enum("kind", enums.EVIDENCE_KIND, "Kind of evidence", "证据类型", required=True),
        _time("submitted_at", "When it was submitted", "提交时间"),
        _flag("clear", "The picture or record is sharp", "清晰"),
        _flag("multi_angle", "Shows several angles", "多角度"),
        _flag("close_up", "Shows a close-up of the fault", "瑕疵特写"),
        _flag("full_process", "The whole operation is filmed", "完整操作过程"),
        _flag("accredited", "The issuer is accredited", "机构有资质"),
        _flag("admitted", "The decider accepted it", "被采纳"),
    ),
)

VIOLATIONS = Table(
    schema="export",
    name="violations",
    label=Label("One row per alleged breach of a rule", "每项违规指控一行"),
    key=("violation_id",),
    event_time="recorded_at",
    is_open=True,
    columns=(
        _text("violation_id", "Identifier of the alleged breach", "违规编号", required=True),
        DISPUTE_ID,
        PARTY,
        _enum("rule", enums.RULE, "Rule that is said to be broken", "被指违反的规则", required=True),
        _enum("severity", enums.SEVERITY, "How grave the breach is", "严重程度"),
        _flag("substantiated", "Proven, not only alleged", "查证属实"),
        _time("recorded_at", "When it was recorded", "记录时间"),
    ),
)

MESSAGES = Table(
    schema="export",
    name="messages",
    label=Label("One row per chat message", "每条聊天消息一行"),
    key=("message_id",),
    event_time="sent_at",
    is_open=True,
    columns=(
        _text("message_id", "Identifier of the message", "消息编号", required=True),
        DISPUTE_ID,
        _enum("sender", enums.SENDER, "Who wrote it", "发送方", required=True),
        _enum("audience", enums.AUDIENCE, "To whom it was said", "对谁说"),
        _time("sent_at", "When it was sent", "发送时间"),
        Column(
            "text", Kind.TEXT, Label("Words of the message, personal data masked", "消息内容（个人信息已遮盖）"),
            required=True, free_text=True,
        ),
    ),
)  # fmt: skip

REPUTATION = Table(
    schema="export",
    name="reputation",
    label=Label("What was known of a user at one moment", "某一时刻已知的用户信誉"),
    key=("user_id", "as_of"),
    event_time="as_of",
    is_open=True,
    columns=(
        _text("user_id", "User (pseudonym)", "用户（化名）", required=True, identifier=Identifier.USER),
        _time("as_of", "The moment at which this was known", "截至时间", required=True),
        _count("credit_score", "Zhima credit score", "芝麻信用分", minimum=350, maximum=950),
        Column("member_since", Kind.DATE, Label("Member since", "注册日期")),
        _count("completed_trades", "Completed trades", "完成交易数"),
        Column("positive_rate", Kind.FLOAT, Label("Share of positive ratings", "好评率"), minimum=0, maximum=1),
        _count("claims_90d", "Claims as buyer in 90 days", "近90天作为买家的维权次数"),
        _count("unjustified_claims_365d", "Unjustified claims in 365 days", "近365天无理维权次数"),
        _count("complaints_365d", "Complaints as seller in 365 days", "近365天作为卖家被投诉次数"),
        _count("penalties_365d", "Penalties as seller in 365 days", "近365天作为卖家被处罚次数"),
        _count("counterfeit_penalties_365d", "Counterfeit penalties in 365 days", "近365天售假处罚次数"),
    ),
)

# Disputes come first: the other tables are filed under the month of their dispute.
INPUT_TABLES: dict[str, Table] = {table.name: table for table in (DISPUTES, EVIDENCE, VIOLATIONS, MESSAGES, REPUTATION)}
