"""The closed sets of values of an export, with their Chinese labels."""

from transforms.registry.model import Enumeration, Label


def _enumeration(name: str, **labels: tuple[str, str]) -> Enumeration:
    return Enumeration(name, {value: Label(en, zh) for value, (en, zh) in labels.items()})


CATEGORY = _enumeration(
    "category",
    digital_3c=("digital", "3C数码"),
    luxury=("luxury", "奢侈品"),
    appliances=("appliances", "家电"),
    apparel=("apparel", "服饰"),
    beauty=("beauty", "美妆"),
    home=("home", "家居"),
    books_media=("books and media", "图书音像"),
    toys_hobby=("toys and hobby", "玩具乐器"),
    sports=("sports and outdoor", "运动户外"),
    mother_baby=("mother and baby", "母婴"),
    vehicles=("vehicles", "车辆"),
    virtual=("virtual goods", "虚拟商品"),
    other=("other", "其他"),
)
CLAIM = _enumeration(
    "claim",
    not_as_described=("not as described", "描述不符"),
    functional_fault=("functional fault", "功能故障"),
    counterfeit=("counterfeit", "假货"),
    damaged_in_transit=("damaged in transit", "运输损坏"),
    missing_parts=("missing parts", "少件"),
    not_received=("not received", "未收到货"),
    changed_mind=("changed mind", "不想要了"),
)
OUTCOME = _enumeration(
    "outcome",
    buyer_wins=("buyer wins", "支持买家"),
    partial=("partial", "部分支持"),
    seller_wins=("seller wins", "支持卖家"),
    settled=("settled", "协商一致"),
    withdrawn=("withdrawn", "买家撤诉"),
    expired=("expired", "超时关闭"),
)
# The outcomes in which somebody decided, from the seller's victory to the buyer's.
RULED_OUTCOMES: tuple[str, ...] = ("seller_wins", "partial", "buyer_wins")
DECIDED_BY = _enumeration("decided_by", agent=("agent", "客服"), jury=("jury", "小法庭"))
PARTY = _enumeration("party", buyer=("buyer", "买家"), seller=("seller", "卖家"))
SENDER = _enumeration(
    "sender", buyer=("buyer", "买家"), seller=("seller", "卖家"), agent=("agent", "客服"), system=("system", "系统")
)
AUDIENCE = _enumeration("audience", counterparty=("the other side", "对方"), agent=("customer service", "客服"))
EVIDENCE_KIND = _enumeration(
    "evidence_kind",
    photo=("photo", "照片"),
    video=("video", "视频"),
    chat_record=("chat record", "聊天记录"),
    inspection_report=("inspection report", "检测报告"),
    listing_snapshot=("listing snapshot", "商品描述截图"),
    purchase_proof=("purchase proof", "购买凭证"),
    pre_shipment_record=("pre-shipment record", "发货前记录"),
    negotiation_record=("negotiation record", "协商记录"),
)
RULE = _enumeration(
    "rule",
    false_description=("false description", "虚假宣传"),
    concealed_defect=("concealed defect", "隐瞒瑕疵"),
    counterfeit_sale=("counterfeit sale", "售假"),
    off_platform_deal=("off-platform deal", "诱导私下交易"),
    late_shipment=("late shipment", "延迟发货"),
    refused_after_sales=("refused after-sales", "拒绝售后"),
    malicious_return=("malicious return", "恶意退货"),
    deliberate_damage=("deliberate damage", "故意损坏"),
    item_swap=("item swap", "调包"),
)
SEVERITY = _enumeration("severity", minor=("minor", "轻微"), major=("major", "一般"), severe=("severe", "严重"))
FACTOR = _enumeration(
    "factor",
    evidence=("evidence", "证据"),
    rules=("rules", "规则"),
    tone=("tone", "语气"),
    reputation=("reputation", "信誉"),
)
#: The one factor whose English name is a plural.
PLURAL_FACTOR = "rules"
