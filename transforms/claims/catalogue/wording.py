"""How estimands are put into words."""

from transforms.registry.model import Label

_SHARE = {
    "buyer_wins": Label("the share of disputes that the buyer wins", "买家胜诉比例"),
    "seller_wins": Label("the share of disputes that the seller wins", "卖家胜诉比例"),
    "refund_ratio": Label("the refunded share of the claim", "退款占主张金额的比例"),
}
_ADJUSTED = Label(
    "adjusted for the other factors, category, claim, price and month", "已按其他因素、品类、诉求、价格和月份调整"
)


def effect(what: Label, outcome: str, among: Label | None = None) -> Label:
    """An average marginal effect in percentage points.

    Args:
        what: The change that is looked at.
        outcome: What it is on.
        among: The disputes, if not all ruled ones.
    """
    share = _SHARE[outcome]
    where = Label(f", {among.en}", f"，{among.zh}") if among else Label("", "")
    return Label(
        f"{what.en}: change of {share.en} in percentage points{where.en}; {_ADJUSTED.en}",
        f"{what.zh}：{share.zh}的变化（百分点）{where.zh}；{_ADJUSTED.zh}",
    )


def interaction(per: Label, outcome: str) -> Label:
    """A second difference in percentage points.

    Args:
        per: Which effect changes with what.
        outcome: What the effect is on.
    """
    share = _SHARE[outcome]
    return Label(
        f"{per.en}: second difference of {share.en} in percentage points; {_ADJUSTED.en}",
        f"{per.zh}：{share.zh}的二阶差分（百分点）；{_ADJUSTED.zh}",
    )
