"""Patterns of numbers that identify: telephones, identity and bank cards, parcels and orders.

All patterns are over text in which runs of digits are marked (``digits.wrap``).
"""

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from transforms.privacy.checksums import is_bank_card, is_resident_card
from transforms.privacy.digits import BEGIN, END, JOIN, KEPT, SEPARATOR, Alphabet, plain_number
from transforms.privacy.kinds import PersonalData


@dataclass(frozen=True)
class Rule:
    """What is replaced by what.

    Attributes:
        pattern: A regular expression.
        replacement: What stands in place of a match; ``${1}`` is its first group.
    """

    pattern: str
    replacement: str

    @property
    def has_groups(self) -> bool:
        """Whether groups are kept, which costs far more than a look for a match, also where there is none."""
        return "${" in self.replacement


_GAP = r"[\s:：,，.。=＝是为（(【\[→>-]"
_FREE = rf"[^{BEGIN}\n]"
_OF_CARD = r"身\s?份\s?证|证件|(?i:id\s?card)|实名"
_OF_ACCOUNT = r"银行卡|[卡账帐]号|[账帐]户|储蓄卡|信用卡|借记卡|户头|开户行|[工农建招交邮]行|中行|银行"
_CARRIERS = (
    "顺丰|圆通|中通|申通|韵达|京东|极兔|邮政|德邦|百世|丰网|天天快递|宅急送|优速|汇通|跨越|安能|菜鸟|快递|物流|包裹"
    "|(?i:ems|dhl|fedex|ups)"
)
_PREFIXES = "SF|YT|JD|JT|JTS|ZTO|STO|YD|DPK|DPL|DP|EMS|HTKY|HT|UC|FW|KYE|KY|ANE|AXP|ZJS|JX|ＳＦ|ＹＴ|ＪＤ"
_OF_PARCEL = (
    r"(?:快递|物流|运单|快件|包裹|退货|退回|寄回|发货|追踪|跟踪|[顺圆中申韵京极]\S|EMS)?单号|运单|面单号?|(?:快递|物流|运单|包裹)(?:编?号|号码)"
    r"|订单(?:号|编号|id|ID)|订单号码|(?i:tracking(?:\sno\.?|\snumber)?|order\s(?:no\.?|number|id))"
)
# Numbers of goods and of measures, which look like numbers of persons.
_OF_GOODS = (
    r"(?:(?:^|[^A-Za-z])(?i:imei|sn|s/n|sku|isbn|ean|upc|ip)|序列号|串号|条形?码|型号|货号|商品编号|产品编号|批[次号]"
    r"|快门数?|里程|容量|播放量|浏览量|像素|编码|端口|时间戳|版本|车架号|循环|频率|规格|尺寸|防伪码|验证码|邮编|经纬度)"
)


def kept_rules(alphabet: Alphabet) -> tuple[Rule, ...]:
    """Rules that keep amounts of money and numbers of goods: their marks are taken away, so that no pattern sees them.

    Args:
        alphabet: The digits.

    Returns:
        The rules in order.
    """
    run = f"{BEGIN}({alphabet.any}+){END}"
    before = rf"([¥￥$＄]\s?|{_OF_GOODS}[\s:：#是为]{{0,3}}[A-Za-z]{{0,6}})"
    after = r"(\s?(?:万?[元块圆]|￥|人民币|(?i:rmb|cny|yuan)))"
    return (Rule(f"{before}{run}|{run}{after}", f"${{1}}{KEPT}${{2}}${{3}}{KEPT}${{4}}"),)


def labelled_card_rules(alphabet: Alphabet) -> tuple[Rule, ...]:
    """Rules for cards that are called so: whoever mistypes the number of his card is known by it all the same."""
    d = alphabet.any
    number = f"{BEGIN}{d}(?:(?:{JOIN})?{d})"
    return (
        Rule(
            f"((?:{_OF_CARD}){_FREE}{{0,6}}){number}{{13,17}}(?:{END}{SEPARATOR}?[xXｘＸ]|{END})",
            f"${{1}}{PersonalData.RESIDENT_CARD.mask}",
        ),
        Rule(f"((?:{_OF_ACCOUNT}){_FREE}{{0,6}}){number}{{14,18}}{END}", f"${{1}}{PersonalData.BANK_CARD.mask}"),
    )


def mask_checked_cards(text: pl.Series, alphabet: Alphabet) -> pl.Series:
    """Mask the numbers of identity and bank cards whose checksum is right.

    Args:
        text: Marked text.
        alphabet: The digits.

    Returns:
        The text with the cards masked.
    """
    d = alphabet.any
    joined = f"(?:{JOIN})?{d}"
    resident = f"{BEGIN}{d}(?:{joined}){{16}}(?:{joined}{END}|{END}{SEPARATOR}?[xXｘＸ])|{BEGIN}{d}{{15}}{END}"
    text = _mask_checked(text, resident, is_resident_card, PersonalData.RESIDENT_CARD)
    four = f"{d}{{4}}{JOIN}"
    bank = (
        f"{BEGIN}(?:{d}{{15,19}}|{four}{four}{four}(?:{four}{d}{{1,3}}|{d}{{3,7}})|{d}{{6}}{JOIN}{d}{{8,13}}"
        f"|{four}{d}{{6}}{JOIN}{d}{{5}}){END}"
    )
    return _mask_checked(text, bank, is_bank_card, PersonalData.BANK_CARD)


def _mask_checked(
    text: pl.Series, pattern: str, is_valid: Callable[[pl.Series], pl.Series], kind: PersonalData
) -> pl.Series:
    """Mask the valid candidates; a text that has both valid and other ones is taken apart for that."""
    rows = text.str.contains(pattern).fill_null(value=False).arg_true()
    if rows.is_empty():
        return text
    found = pl.DataFrame({"row": rows, "number": text.gather(rows).str.extract_all(pattern)}).explode("number")
    checked = found.with_columns(is_valid(plain_number(found["number"])).alias("valid"))
    of_text = checked.group_by("row").agg(pl.col("valid").any().alias("any"), pl.col("valid").all().alias("all"))
    whole = of_text.filter("all")["row"]
    text = text.scatter(whole, text.gather(whole).str.replace_all(pattern, kind.mask))
    partly = of_text.filter(pl.col("any") & ~pl.col("all"))["row"]
    return text.scatter(partly, _mask_some(text.gather(partly), pattern, is_valid, kind)) if len(partly) else text


def _mask_some(
    text: pl.Series, pattern: str, is_valid: Callable[[pl.Series], pl.Series], kind: PersonalData
) -> pl.Series:
    """Take texts apart into candidates and what stands between, and put them together again."""
    pieces = text.str.extract_all(f"(?s)(?:{pattern})|.[^{BEGIN}]*")
    flat = pl.DataFrame({"row": pl.int_range(pieces.len(), eager=True), "piece": pieces}).explode("piece")
    is_candidate = flat["piece"].str.contains(f"^(?:{pattern})$")
    places = is_candidate.arg_true()
    valid = places.filter(is_valid(plain_number(flat["piece"].gather(places))))
    masked = flat["piece"].scatter(valid, kind.mask)
    whole = flat.select("row", masked).group_by("row", maintain_order=True).agg(pl.col("piece").str.join(""))
    return whole["piece"]


def parcel_rules(alphabet: Alphabet) -> tuple[Rule, Rule]:
    """Rules for numbers of parcels and of orders, by their letters or by what they are called.

    Args:
        alphabet: The digits.

    Returns:
        One rule for what must be such a number, before any other reading; one for what may be, after cards.
    """
    d, mask = alphabet.any, PersonalData.PARCEL.mask
    rest = f"(?:(?:{JOIN})?{d})"
    prefixed = rf"(?i:{_PREFIXES})[A-Za-z]{{0,4}}\s?{BEGIN}{d}{rest}{{9,17}}{END}(?:-{BEGIN}{d}{END}){{0,2}}"
    postal = rf"[A-Z]{{2}}\s?{BEGIN}{d}{{9}}{END}\s?[A-Z]{{2}}"
    labelled = (
        rf"((?:{_OF_PARCEL})(?:{_GAP}|号|码|发你|如下|下){{0,6}})"
        rf"(?:[A-Za-zＡ-Ｚ]{{1,6}}\s?)?{BEGIN}{d}{rest}{{7,20}}{END}(?:[A-Z]{{1,4}}(?:{BEGIN}{d}+{END})?)?"
    )
    of_carrier = rf"((?:订单|{_CARRIERS}){_FREE}{{0,6}}?)(?:[A-Za-zＡ-Ｚ]{{1,6}}\s?)?{BEGIN}{d}{rest}{{11,20}}{END}"
    # Long numbers of one carrier, which has no letters before them.
    bare = f"{BEGIN}{alphabet.of('7')}{alphabet.of('3456789')}{d}{{12}}{END}"
    return (Rule(f"{prefixed}|{postal}|{labelled}", f"${{1}}{mask}"), Rule(f"{of_carrier}|{bare}", f"${{1}}{mask}"))


def telephone_rules(alphabet: Alphabet) -> tuple[Rule, ...]:
    """Rules for mobile numbers, then landlines.

    Args:
        alphabet: The digits.

    Returns:
        The rules in order.
    """
    return (*_mobile_rules(alphabet), *_landline_rules(alphabet))


def _mobile_rules(alphabet: Alphabet) -> tuple[Rule, ...]:
    d, j = alphabet.any, JOIN
    one, second, zero = alphabet.of("1"), alphabet.of("3456789"), alphabet.of("0")
    china = f"{zero}{{0,2}}{alphabet.of('8')}{alphabet.of('6')}"
    before = rf"(?:[(（]?[+＋]?{BEGIN}{china}{END}[)）]?{SEPARATOR}{{0,2}}{BEGIN}|[+＋]?{BEGIN}(?:{china}|{zero})?)"
    start = f"{one}{second}"
    grouped = "|".join(
        (
            f"{start}{d}(?:{j})?{d}{{4}}(?:{j})?{d}{{4}}",
            f"{start}{d}{{2}}{j}{d}{{4}}{j}{d}{{3}}",
            f"{start}{d}{{2}}{j}{d}{{3}}{j}{d}{{4}}",
            f"{start}{d}{j}{d}{{3}}{j}{d}{{5}}",
            f"{start}{d}{{3}}{j}{d}{{6}}",
            f"{start}{d}{{4}}{j}{d}{{5}}",
            f"{start}{d}(?:{j}{d}{{2}}){{4}}",
            f"{one}{j}{second}(?:{j}{d}){{9}}",
            f"{one}{j}{second}{d}(?:(?:{j})?{d}){{8}}",
        )
    )
    extension = f"(?:[转\\-－]{BEGIN}{d}{{3,4}}{END})?"
    mask = PersonalData.MOBILE.mask
    # Numbers of other countries, which say so; +86 is none.
    country = f"(?:{alphabet.of('2345679')}|{alphabet.of('8')}{alphabet.of('1234579')})"
    abroad = rf"[+＋]{BEGIN}(?:{country}(?:(?:{j})?{d}){{7,13}}|{one}(?:(?:{j})?{d}){{10}}){END}"
    # Hong Kong, Macau and Taiwan, also as they are dialled from the mainland.
    neighbour = f"{alphabet.of('8')}(?:{alphabet.of('5')}{alphabet.of('23')}|{alphabet.of('8')}{alphabet.of('6')})"
    abroad = f"{abroad}|{BEGIN}{zero}{{2}}{neighbour}(?:(?:{j})?{d}){{8,9}}{END}"
    return (Rule(f"{before}(?:{grouped}){END}{extension}|{abroad}", mask),)


def _landline_rules(alphabet: Alphabet) -> tuple[Rule, ...]:
    d, j, zero, one, two = alphabet.any, JOIN, alphabet.of("0"), alphabet.of("1"), alphabet.of("2")
    local = f"{alphabet.of('123456789')}{d}{{2,3}}(?:{j})?{d}{{4}}"
    area = f"(?:{one}{zero}|{two}{d}|{alphabet.of('3456789')}{d}{{2}})"
    extension = f"(?:[转\\-－]{BEGIN}{d}{{1,5}}{END})?"
    mask = PersonalData.LANDLINE.mask
    service = f"{alphabet.of('48')}{zero}{zero}"
    apart = f"[(（]?{BEGIN}{zero}{area}{END}[)）]?{SEPARATOR}{{0,2}}{BEGIN}{local}{END}{extension}"
    first = alphabet.of("23456789")
    whole = (
        f"{BEGIN}{zero}(?:(?:{one}{zero}|{two}{d}){first}{d}{{7}}|{alphabet.of('3456789')}{d}{{2}}{first}{d}{{6,7}}){END}"
        f"{extension}"
    )
    china = f"{alphabet.of('8')}{alphabet.of('6')}"
    abroad = f"[+＋]?{BEGIN}{zero}{{0,2}}{china}{END}{SEPARATOR}{{0,2}}{BEGIN}{area}{j}{local}{END}"
    hotline = f"{BEGIN}{service}(?:{d}{{7}}|{j}{d}{{3}}{j}{d}{{4}}){END}"
    labelled = (
        rf"((?:电话|座机|固话|热线|致电|拨打|打|(?i:tel))(?:号码?)?[\s:：是为给]{{0,3}})"
        f"{BEGIN}(?:{service}{j}{d}{{3,4}}{j}{d}{{3,4}}|(?:{two}{alphabet.of('123456789')}|{alphabet.of('345678')}{d})"
        f"{d}{{2}}(?:{j})?{d}{{3,4}}){END}"
    )
    return (Rule(f"{apart}|{whole}|{abroad}|{hotline}|{labelled}", f"${{1}}{mask}"),)


def written_with_letters(text: pl.Series) -> pl.Series:
    """Mask mobile numbers with the letters o and l in place of digits; before the digits are marked."""
    pattern = "(^|[^0-9A-Za-z])[1l][3-9][0-9oOlI][ -]?[0-9oOlI]{4}[ -]?[0-9oOlI]{4}($|[^0-9A-Za-z])"
    return text.str.replace_all(pattern, f"${{1}}{PersonalData.MOBILE.mask}${{2}}")
