"""Masks for personal data in free text; each is replaced by its type in brackets.

The patterns are our own. A value with a checksum (identity card, bank card) is masked by its form alone: masking a
number too many costs a reader little, printing one too many costs a person much.
"""

import polars as pl

# Rows without any of these cannot hold personal data of the types below; they skip all further patterns.
_SUSPICIOUS = (
    r"[0-9０-９][0-9０-９ -]{4,}|@|＠|微信|威信|薇信|加[vV]|[vVwW][xX]|[qQｑＱ]{2}|支付宝|[路街巷村]\S{0,12}号"
)

_HANDLE = r"[\s:：,，是号為为]{0,4}([A-Za-z][A-Za-z0-9_-]{5,19}|[0-9]{5,12})"
_D = "[0-9０-９]"
_BEFORE, _AFTER = "(^|[^0-9０-９])", "([^0-9０-９]|$)"
_PATTERNS: tuple[tuple[str, str], ...] = (
    (r"[A-Za-z0-9._%+-]+[@＠][A-Za-z0-9.-]+\.[A-Za-z]{2,}", "[邮箱]"),
    (r"((?:微信|威信|薇信|加[vV]|[vVwW][xX])(?:号|号码)?)" + _HANDLE, "${1}[微信号]"),
    (r"([qQｑＱ]{2}(?:号|群)?)" + _HANDLE, "${1}[QQ号]"),
    (r"(支付宝(?:账号|帐号|号)?)" + _HANDLE, "${1}[支付宝账号]"),
    (rf"{_BEFORE}[1-9１-９]{_D}{{5}}(?:19|20|１９|２０){_D}{{9}}[0-9０-９XxＸｘ]", "${1}[身份证号]"),
    (rf"{_BEFORE}[3-6３-６]{_D}{{3}}(?:[ -]?{_D}{{4}}){{3}}(?:[ -]?{_D}{{1,3}})?", "${1}[银行卡号]"),
    (rf"{_BEFORE}(?:(?:\+|00)?86[ -]?)?[1１][3-9３-９]{_D}[ -]?{_D}{{4}}[ -]?{_D}{{4}}{_AFTER}", "${1}[手机号]${2}"),
    (rf"{_BEFORE}[0０]{_D}{{2,3}}[ -][1-9１-９]{_D}{{6,7}}{_AFTER}", "${1}[电话号码]${2}"),
    (
        r"\p{Han}{2,8}(?:省|市|区|县|镇)\p{Han}{1,12}(?:路|街|巷|道|村)[0-9一二三四五六七八九十百]{1,5}号"
        r"(?:[0-9A-Za-z一二三四五六七八九十-]{1,8}(?:栋|幢|单元|室|楼))*",
        "[地址]",
    ),
)  # fmt: skip


def mask_text(text: pl.Series) -> pl.Series:
    """Mask personal data in free text.

    Args:
        text: Free text, null where not recorded.

    Returns:
        The text with phone numbers, identity and bank cards, e-mail addresses, chat and payment handles and street
        addresses replaced by their type, such as ``[手机号]``.
    """
    suspicious = text.str.contains(_SUSPICIOUS).fill_null(value=False)
    if not suspicious.any():
        return text
    masked = text.filter(suspicious)
    # Twice, because two numbers side by side share the character between them.
    for pattern, replacement in _PATTERNS * 2:
        masked = masked.str.replace_all(pattern, replacement)
    return text.scatter(suspicious.arg_true(), masked).alias(text.name)
