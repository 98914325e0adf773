"""The kinds of personal data that are masked, and what stands in their place."""

from enum import StrEnum


class PersonalData(StrEnum):
    """A kind of personal data; its value is the word that a reader sees in its place."""

    MOBILE = "手机号"
    LANDLINE = "电话"
    RESIDENT_CARD = "身份证"
    BANK_CARD = "银行卡"
    EMAIL = "邮箱"
    WECHAT = "微信号"
    QQ = "QQ"
    ALIPAY = "支付宝"
    ACCOUNT = "账号"
    PARCEL = "单号"
    ADDRESS = "地址"
    NAME = "姓名"

    @property
    def mask(self) -> str:
        """What is written in place of a value, such as ``[手机号]``."""
        return f"[{self.value}]"
