"""Claims about keeping the rules."""

from transforms.claims.catalogue.wording import effect
from transforms.claims.model import Kind, Outcome, Part
from transforms.registry.model import Label

_BUYER, _SELLER = Outcome.BUYER_WINS, Outcome.SELLER_WINS
_KEPT = {
    "b": ("paid_on_platform", Label("paying on the platform", "在平台内付款"), _BUYER),
    "c": ("applied_in_window", Label("applying in time", "在期限内申请"), _BUYER),
    "d": ("negotiated_first", Label("negotiating first", "先行协商"), _BUYER),
    "e": ("shipped_on_time", Label("shipping on time", "按时发货"), _SELLER),
}
_SIDE = {_BUYER: Label("buyer", "买家"), _SELLER: Label("seller", "卖家")}


def _procedure(letter: str) -> Part:
    """One of the four flags, for the side that it belongs to."""
    column, name, outcome = _KEPT[letter]
    side = _SIDE[outcome]
    return Part(
        f"R6{letter}", "rules",
        Label(f"{name.en[0].upper()}{name.en[1:]} helps the {side.en}", f"{name.zh}有利于{side.zh}"),
        effect(Label(f"{column} kept against not", f"{name.zh}（对比没有）"), outcome),
        1, outcome, Kind.CHANGE, "rules", (column,),
    )  # fmt: skip


PARTS = (
    Part(
        "R1", "rules",
        Label("False description or concealed defects cost the seller", "虚假宣传或隐瞒瑕疵对卖家不利"),
        effect(
            Label(
                "Substantiated false description or concealed defect against none",
                "查实虚假宣传或隐瞒瑕疵（对比没有）",
            ),
            _BUYER,
        ),
        1, _BUYER, Kind.CHANGE, "rules", ("seller_misdescribed",),
    ),
    Part(
        "R2", "rules",
        Label("Off-platform dealing costs the seller", "诱导私下交易对卖家不利"),
        effect(Label("Substantiated off-platform deal against none", "查实诱导私下交易（对比没有）"), _BUYER),
        1, _BUYER, Kind.CHANGE, "rules", ("seller_broke_off_platform_deal",),
    ),
    Part(
        "R3", "rules",
        Label("Malicious returns cost the buyer", "恶意退货对买家不利"),
        effect(Label("Substantiated malicious return against none", "查实恶意退货（对比没有）"), _SELLER),
        1, _SELLER, Kind.CHANGE, "rules", ("buyer_broke_malicious_return",),
    ),
    Part(
        "R4", "rules",
        Label(
            "Where deliberate damage is alleged, the claim is turned down when the seller can show the item was sound",
            "在涉嫌故意损坏的纠纷中，卖家能证明商品原本完好时，买家的诉求被驳回",
        ),
        effect(
            Label("Seller's pre-shipment record against none", "卖家有发货前记录（对比没有）"), _SELLER,
            Label("deliberate_damage alleged", "涉嫌故意损坏"),
        ),
        1, _SELLER, Kind.CHANGE, "sound_item", ("seller_has_pre_shipment_record",),
    ),
    Part(
        "R5", "rules",
        Label("Who keeps the rules better is favoured", "更守规则的一方更占优势"),
        effect(Label("+1 SD rules_advantage (buyer minus seller)", "规则优势（买家减卖家）增加 1 个标准差"), _BUYER),
        1, _BUYER, Kind.SLOPE, "advantages", ("rules_advantage",),
    ),
    Part(
        "R6a", "rules",
        Label("Following the procedure helps the buyer", "遵守程序有利于买家"),
        effect(
            Label("One more of the buyer's three procedural steps kept", "买家在三个程序步骤中多遵守一个"), _BUYER
        ),
        1, _BUYER, Kind.SLOPE, "procedure", ("buyer_procedure_kept",),
    ),
    *(_procedure(letter) for letter in _KEPT),
)  # fmt: skip
