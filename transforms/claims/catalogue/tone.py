"""Claims about tone."""

from transforms.claims.catalogue.wording import effect, interaction
from transforms.claims.model import Kind, Outcome, Part
from transforms.registry.model import Label

_BUYER, _SELLER = Outcome.BUYER_WINS, Outcome.SELLER_WINS
_LITTLE_SHOWN = Label("disputes in the lowest third of buyer_evidence", "买家证据处于最低三分之一的纠纷")

PARTS = (
    Part(
        "T1", "tone",
        Label("A civil buyer is favoured", "文明的买家更占优势"),
        effect(Label("+1 SD buyer_tone", "买家语气得分增加 1 个标准差"), _BUYER),
        1, _BUYER, Kind.SLOPE, "sides", ("buyer_tone",),
    ),
    Part(
        "T2", "tone",
        Label(
            "A constructive seller is treated more leniently even when at fault",
            "态度建设性的卖家即使有过错也得到从宽处理",
        ),
        effect(
            Label("+1 SD seller_tone", "卖家语气得分增加 1 个标准差"), Outcome.REFUND,
            Label("among buyer_wins and partial", "限于支持买家和部分支持的纠纷"),
        ),
        -1, Outcome.REFUND, Kind.SLOPE, "leniency", ("seller_tone",),
    ),
    Part(
        "T3", "tone",
        Label(
            "An abusive seller loses even where the item is hardly at fault",
            "即使商品几乎没有问题，辱骂性的卖家也会败诉",
        ),
        effect(
            Label("seller_tone in the lowest fifth against the rest", "卖家语气得分处于最低五分之一（对比其余）"),
            _BUYER, _LITTLE_SHOWN,
        ),
        1, _BUYER, Kind.CHANGE, "abusive_seller", ("is_low_seller_tone",),
    ),
    Part(
        "T4a", "tone",
        Label(
            "Rudeness costs the buyer more, the less evidence there is", "买家证据越少，无礼的代价越大"
        ),
        interaction(
            Label(
                "Change of the effect of +1 SD buyer_tone with +1 SD buyer_evidence",
                "买家证据增加 1 个标准差时，买家语气（每标准差）效应的变化",
            ),
            _BUYER,
        ),
        -1, _BUYER, Kind.INTERACTION, "trust", ("buyer_tone_x_buyer_evidence",),
    ),
    Part(
        "T4b", "tone",
        Label(
            "Without evidence, a civil buyer is favoured over a rude one",
            "在缺乏证据时，文明的买家比无礼的买家更占优势",
        ),
        effect(Label("+1 SD buyer_tone", "买家语气得分增加 1 个标准差"), _BUYER, _LITTLE_SHOWN),
        1, _BUYER, Kind.SLOPE, "civility", ("buyer_tone",),
    ),
    Part(
        "T5a", "tone",
        Label("Stalling or refusing to cooperate costs the buyer who does it", "拖延或拒不配合对买家自己不利"),
        effect(Label("Buyer stalls against not", "买家拖延（对比没有）"), _SELLER),
        1, _SELLER, Kind.CHANGE, "conduct", ("buyer_stalls",),
    ),
    Part(
        "T5b", "tone",
        Label("Stalling or refusing to cooperate costs the seller who does it", "拖延或拒不配合对卖家自己不利"),
        effect(Label("Seller stalls against not", "卖家拖延（对比没有）"), _BUYER),
        1, _BUYER, Kind.CHANGE, "conduct", ("seller_stalls",),
    ),
)  # fmt: skip
