"""Whether rulings are alike by whom most intervals do not allow for."""

from transforms.registry.model import Label, Table
from transforms.registry.outputs.columns import STATUS, count, flag, number, text

RULINGS_ALIKE = Table(
    "marts",
    "rulings_alike",
    Label(
        "Whether rulings of one buyer or decider are alike beyond their cases; most intervals allow for sellers only",
        "同一买家或同一判定人的判定在案情之外是否仍相似；大多数区间只考虑卖家",
    ),
    ("alike_by",),
    (
        text("alike_by", "buyer or decider", "buyer 买家或 decider 判定人"),
        count("n", "Ruled disputes in which it is recorded", "有该记录的已判定纠纷数"),
        count("n_units", "Buyers or deciders", "买家或判定人数"),
        count("n_pairs", "Pairs of rulings of the same one against different sellers", "同一人、不同卖家的判定对数"),
        number("n_effective_units", "Units of equal size that would make as many pairs", "折合为规模相等的人数"),
        number(
            "similarity",
            "Correlation of the outcomes of two such rulings, given category, claim, month and the four factors",
            "在类目、主张、月份和四个因素之外，两个此类判定结果的相关",
        ),
        number("std_error", "Its standard error if rulings were not alike", "若判定互不相似时其标准误"),
        number(
            "design_effect",
            "How many times too small a variance by sellers is for what is the buyer's (decider's) own",
            "对买家（判定人）自身特征，按卖家计算的方差偏小的倍数",
        ),
        flag(
            "is_overlooked",
            "Alike beyond five standard errors, with a design effect of 1.2 or more and five units' worth",
            "相似超过五个标准误，设计效应不低于 1.2，且至少折合五人",
        ),
        STATUS,
    ),
)

TABLES = (RULINGS_ALIKE,)
