"""Columns that the contract does not name: which of them identify a person, by their header, and what becomes of them.

A nickname has no form by which a pattern could find it; that it is one is told by the header alone.
"""

import re
from typing import Final

import polars as pl

from transforms.privacy.kinds import PersonalData
from transforms.privacy.mask import mask_text
from transforms.privacy.pseudonym import PseudonymKey, pseudonymise
from transforms.registry import Identifier

_PERSON: Final = (
    "buyer|seller|user|member|customer|client|complainant|applicant|plaintiff|defendant|recipient|receiver|consignee|"
    "sender|contact|owner|holder|patient|juror|agent|operator|reviewer|handler|employee|staff|account|shop|store"
)
_PERSON_ZH: Final = (
    "买家|卖家|买方|卖方|用户|会员|客户|顾客|商家|店主|店铺|掌柜|申请人|被申请人|投诉人|被投诉人|原告|被告|当事人|评审员|陪审员|客服"
    "|小二|经办人|审核人|处理人|操作人|员工"
)
_NAMED: Final = "id|uid|no|num|number|code|name|nick|nickname|login|account|handle"
_NAMED_ZH: Final = "id|编号|号码?|账号|帐号|账户|名称?|昵称|标识"
# Headers in one way of writing: small letters with one underscore between words.
_IDENTIFIERS: Final = (
    (
        Identifier.ORDER,
        r"(?:.*_)?(?:order|trade|transaction|payment)_(?:id|no|num|number|sn|code)|orderid|orderno|tid"
        r"|.*(?:订单|交易|支付|流水)(?:编?号|号码|id)",
    ),
    (
        Identifier.USER,
        rf"(?:.*_)?(?:{_PERSON})_(?:{_NAMED})|(?:buyer|seller|user|member|customer)(?:id|name|nick|no)?|plaintiff|defendant|complainant|applicant|uid|openid|unionid"
        rf"|(?:.*_)?(?:nick|nickname|username|screen_name|login|device_id|imei|mac|ip|ip_address)"
        rf"|(?:.*)(?:{_PERSON_ZH})(?:{_NAMED_ZH})?|.*(?:昵称|用户名|旺旺号?|会员名|登录名|设备号|ip地址)",
    ),
)
_KINDS: Final = (
    (
        PersonalData.NAME,
        rf"(?:full_|real_|first_|last_|given_|family_)?name|surname|(?:.*_)?(?:full_?name|real_?name|recipient|consignee)"
        rf"|(?:{_PERSON})_(?:full_|real_|first_|last_)name"
        r"|.*(?:姓名|收件人|收货人|寄件人|联系人|户名|真名|实名|法人)",
    ),
    (
        PersonalData.MOBILE,
        r"(?:.*_)?(?:phone|phones|mobile|tel|telephone|cellphone|cell|fax|contact)(?:_(?:no|num|number))?"
        r"|phoneno|phonenumber|.*(?:电话|手机|联系方式|座机|传真)(?:号码?)?",
    ),
    (PersonalData.EMAIL, r"(?:.*_)?(?:e_?mail|mail)(?:_address)?|.*(?:邮箱|邮件地址|电子邮件)"),
    (PersonalData.ADDRESS, r"(?:.*_)?(?:address|addr|street)(?:_?[0-9])?|.*(?:地址|住址|所在街道)"),
    (
        PersonalData.RESIDENT_CARD,
        r"(?:.*_)?(?:id_?card|identity|ssn|passport|national_id)(?:_(?:no|num|number))?|.*(?:身份证|证件|护照)(?:号码?)?",
    ),
    (
        PersonalData.BANK_CARD,
        r"(?:.*_)?(?:bank_?card|card|bank_account|iban)(?:_(?:no|num|number))?|.*(?:银行卡|银行账[号户]|卡号)号?",
    ),
    (PersonalData.WECHAT, r"(?:.*_)?(?:we_?chat|weixin|wx|wxid)(?:_(?:id|no))?|.*微信(?:号|id)?"),
    (PersonalData.QQ, r"(?:.*_)?qq(?:_(?:id|no))?|.*(?:qq|扣扣)(?:号码?)?"),
    (PersonalData.ALIPAY, r"(?:.*_)?alipay(?:_(?:id|no|account))?|.*支付宝(?:账号|帐号|账户|号)?"),
    (
        PersonalData.PARCEL,
        r"(?:.*_)?(?:tracking|waybill|parcel|shipment|express)_(?:id|no|num|number)|.*(?:运单|快递|物流|包裹)(?:单号|编?号)"
        r"|单号",
    ),
)  # fmt: skip
# What follows the point of a whole number is nothing but zeros.
_FRACTION: Final = r"^-?[0-9]*\.[0-9]*[1-9]"
_WORD_ENDS: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def identifier_of(header: str) -> Identifier | None:
    """Tell which kind of identifier a column holds by its header, or None."""
    return next((kind for kind, pattern in _IDENTIFIERS if re.fullmatch(pattern, _plain(header))), None)


def kind_of(header: str) -> PersonalData | None:
    """Tell which kind of personal data a column holds by its header, or None."""
    return next((kind for kind, pattern in _KINDS if re.fullmatch(pattern, _plain(header))), None)


def _plain(header: str) -> str:
    words = re.split(r"[\s_\-./()（）]+", _WORD_ENDS.sub("_", header.strip()))
    return "_".join(word.lower() for word in words if word)


def is_personal(header: str) -> bool:
    """Tell whether a header says that its column identifies persons."""
    return identifier_of(header) is not None or kind_of(header) is not None


def protect_extra(values: pl.Series, header: str, key: PseudonymKey) -> pl.Series:
    """Protect a column that the contract does not name.

    Args:
        values: The column, null where not recorded.
        header: Its header.
        key: Key for pseudonyms.

    Returns:
        Pseudonyms where the header says that it holds identifiers, so that equal ones stay joinable; the name of the
        kind of data where it says that; and otherwise the text with what the patterns find masked.
    """
    identifier, kind = identifier_of(header), kind_of(header)
    if identifier is not None:
        return pseudonymise(values, identifier, key)
    if kind is not None:
        masked = pl.Series(values.name, [kind.mask], dtype=pl.String).new_from_index(0, values.len())
        return masked.set(values.is_null(), None)
    return mask_text(values)


def protect_measure(values: pl.Series) -> pl.Series:
    """Protect a column that a profile names as a numeric factor.

    Args:
        values: Numbers as programs write them, null where not recorded.

    Returns:
        The numbers; a whole one that could be that of a telephone or a card is masked. A fraction is none, though its
        digits may look like one by chance, as one in twenty does that a program wrote out in full.
    """
    return mask_text(values).zip_with(~values.str.contains(_FRACTION).fill_null(value=False), values)
