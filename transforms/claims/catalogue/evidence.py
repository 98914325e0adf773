"""Claims about evidence."""

from transforms.claims.catalogue.wording import effect
from transforms.claims.model import Kind, Outcome, Part
from transforms.registry.model import Label

_BUYER, _SELLER = Outcome.BUYER_WINS, Outcome.SELLER_WINS
_ON_INSPECTED = Label("3C and luxury", "3C数码和奢侈品")

PARTS = (
    Part(
        "E1", "evidence",
        Label("The side with the stronger evidence is favoured", "证据更强的一方更占优势"),
        effect(
            Label("+1 SD evidence_advantage (buyer minus seller)", "证据优势（买家减卖家）增加 1 个标准差"), _BUYER
        ),
        1, _BUYER, Kind.SLOPE, "advantages", ("evidence_advantage",),
    ),
    Part(
        "E2", "evidence",
        Label("Clear photos or videos of the problem help the buyer", "清晰的问题照片或视频有利于买家"),
        effect(
            Label("Buyer's clear photo or video against none", "买家有清晰照片或视频（对比没有）"), _BUYER,
            Label(
                "claims not_as_described, functional_fault, damaged_in_transit",
                "诉求为描述不符、功能故障、运输损坏",
            ),
        ),
        1, _BUYER, Kind.CHANGE, "clear_media", ("buyer_clear_media",),
    ),
    Part(
        "E3", "evidence",
        Label(
            "For functional faults, a video of the whole operation helps beyond photos",
            "对功能故障，完整操作视频比照片更有帮助",
        ),
        effect(
            Label("Buyer's video of the whole operation against photos only", "买家有完整操作视频（对比只有照片）"),
            _BUYER, Label("claim functional_fault", "诉求为功能故障"),
        ),
        1, _BUYER, Kind.CHANGE, "full_process", ("buyer_full_process",),
    ),
    Part(
        "E4", "evidence",
        Label("A chat record of the seller's promise helps the buyer", "记录卖家承诺的聊天记录有利于买家"),
        effect(
            Label("Buyer's chat record against none", "买家有聊天记录（对比没有）"), _BUYER,
            Label("claims not_as_described, functional_fault, counterfeit", "诉求为描述不符、功能故障、假货"),
        ),
        1, _BUYER, Kind.CHANGE, "chat_record", ("buyer_has_chat_record",),
    ),
    Part(
        "E5a", "evidence",
        Label("An accredited inspection report helps in 3C and luxury", "有资质的检测报告在3C数码和奢侈品中有帮助"),
        effect(
            Label("Buyer's accredited report against none", "买家有资质检测报告（对比没有）"), _BUYER, _ON_INSPECTED
        ),
        1, _BUYER, Kind.CHANGE, "evidence", ("buyer_report_inspected",), "is_inspected_category",
    ),
    Part(
        "E5b", "evidence",
        Label(
            "An accredited inspection report helps more in 3C and luxury than elsewhere",
            "有资质的检测报告在3C数码和奢侈品中比在其他品类中更有帮助",
        ),
        effect(
            Label(
                "Buyer's accredited report against none: effect in 3C and luxury minus effect in other categories",
                "买家有资质检测报告（对比没有）：3C数码和奢侈品中的效应减其他品类中的效应",
            ),
            _BUYER,
        ),
        1, _BUYER, Kind.CONTRAST, "evidence", ("buyer_report_inspected", "buyer_report_elsewhere"),
        "is_inspected_category", "is_other_category",
    ),
    Part(
        "E6", "evidence",
        Label("Listing snapshots and purchase proof help the seller", "商品描述截图和购买凭证有利于卖家"),
        effect(
            Label(
                "Seller's listing snapshot or purchase proof against neither",
                "卖家有商品描述截图或购买凭证（对比两者都没有）",
            ),
            _SELLER,
        ),
        1, _SELLER, Kind.CHANGE, "evidence", ("seller_listing_or_purchase",),
    ),
    Part(
        "E7", "evidence",
        Label("A record of the item before shipping helps the seller", "发货前记录有利于卖家"),
        effect(Label("Seller's pre-shipment record against none", "卖家有发货前记录（对比没有）"), _SELLER),
        1, _SELLER, Kind.CHANGE, "evidence", ("seller_has_pre_shipment_record",),
    ),
    Part(
        "E8", "evidence",
        Label("A record of good-faith negotiation helps the seller", "诚意协商的记录有利于卖家"),
        effect(Label("Seller's negotiation record against none", "卖家有协商记录（对比没有）"), _SELLER),
        1, _SELLER, Kind.CHANGE, "evidence", ("seller_has_negotiation_record",),
    ),
)  # fmt: skip
