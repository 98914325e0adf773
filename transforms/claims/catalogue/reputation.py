"""Claims about reputation."""

from transforms.claims.catalogue.wording import effect, interaction
from transforms.claims.model import Kind, Outcome, Part, Unit
from transforms.registry.model import Label

_BUYER, _SELLER = Outcome.BUYER_WINS, Outcome.SELLER_WINS

PARTS = (
    Part(
        "P1a", "reputation",
        Label("Frequent claimants' evidence is trusted less", "频繁维权者的证据更不被信任"),
        interaction(
            Label(
                "Effect of +1 SD buyer_evidence: frequent claimants minus other buyers",
                "买家证据增加 1 个标准差的效应：频繁维权者减其他买家",
            ),
            _BUYER,
        ),
        -1, _BUYER, Kind.INTERACTION, "conduct", ("frequent_x_buyer_evidence",), is_buyers_own=True,
    ),
    Part(
        "P1b", "reputation",
        Label("Frequent claimants are favoured less", "频繁维权者更不占优势"),
        effect(Label("Frequent claimant against other buyers", "频繁维权的买家（对比其他买家）"), _BUYER),
        -1, _BUYER, Kind.CHANGE, "conduct", ("buyer_is_frequent_claimant",), is_buyers_own=True,
    ),
    Part(
        "P2a", "reputation",
        Label("Buyers of high credit are favoured", "信誉高的买家更占优势"),
        effect(Label("+1 SD buyer_reputation", "买家信誉得分增加 1 个标准差"), _BUYER),
        1, _BUYER, Kind.SLOPE, "sides", ("buyer_reputation",), is_buyers_own=True,
    ),
    Part(
        "P2b", "reputation",
        Label("Buyers of high credit get a ruling sooner", "信誉高的买家更快得到判定"),
        Label(
            "+1 SD buyer_reputation: change of the hours from opening to ruling in per cent (time ratio minus 1; "
            "log-normal accelerated-failure-time model, disputes without a ruling censored); adjusted for the other "
            "factors, category, claim, price and month",
            "买家信誉得分增加 1 个标准差：从开启到判定的小时数变化百分比（时间比减 1；对数正态加速失效时间模型，"
            "未判定的纠纷按删失处理）；已按其他因素、品类、诉求、价格和月份调整",
        ),
        -1, Outcome.HOURS, Kind.SPECIAL, "duration", ("buyer_reputation",), unit=Unit.PERCENT,
    ),
    Part(
        "P3", "reputation",
        Label("Sellers with a bad record lose more", "有不良记录的卖家更容易败诉"),
        effect(Label("Seller with any penalty in 365 days against none", "卖家365天内有处罚（对比没有）"), _BUYER),
        1, _BUYER, Kind.CHANGE, "conduct", ("seller_is_penalised",),
    ),
    Part(
        "P4a", "reputation",
        Label(
            "A seller's good reputation counts more, the better the seller's evidence",
            "卖家证据越充分，其良好信誉越有用",
        ),
        interaction(
            Label(
                "Change of the effect of +1 SD seller_reputation with +1 SD seller_evidence",
                "卖家证据增加 1 个标准差时，卖家信誉（每标准差）效应的变化",
            ),
            _SELLER,
        ),
        1, _SELLER, Kind.INTERACTION, "trust", ("seller_reputation_x_seller_evidence",),
    ),
    Part(
        "P4b", "reputation",
        Label(
            "Established honest sellers are favoured where their evidence is sufficient",
            "证据充分时，信誉良好的老卖家更占优势",
        ),
        effect(
            Label("+1 SD seller_reputation", "卖家信誉得分增加 1 个标准差"), _SELLER,
            Label("disputes in the top half of seller_evidence", "卖家证据处于较高一半的纠纷"),
        ),
        1, _SELLER, Kind.SLOPE, "honest_seller", ("seller_reputation",),
    ),
    Part(
        "P5", "reputation",
        Label("Reputation matters less than evidence", "信誉的作用小于证据"),
        Label(
            "Share of evidence minus share of reputation in what the four factors explain (Shapley shares of "
            "McFadden's R²), in percentage points",
            "四个因素所解释部分中，证据的份额减信誉的份额（McFadden R² 的 Shapley 份额，百分点）",
        ),
        1, Outcome.NONE, Kind.SPECIAL, "importance", unit=Unit.SHARE_PP,
    ),
)  # fmt: skip
