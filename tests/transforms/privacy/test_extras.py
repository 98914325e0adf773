"""Columns that the contract does not name: protected by what their header says, or by their values."""

import polars as pl
import pytest

from transforms.privacy.extras import identifier_of, is_personal, kind_of, protect_extra
from transforms.privacy.kinds import PersonalData
from transforms.privacy.pseudonym import PseudonymKey, pseudonymise
from transforms.registry import Identifier

KEY = PseudonymKey(b"a key for tests, 32 bytes long...")


@pytest.mark.parametrize(
    "header",
    [
        "buyer_nick",
        "BuyerName",
        "sellerId",
        "user id",
        "买家昵称",
        "卖家ID",
        "会员名",
        "旺旺",
        "openid",
        "client-ip",
        "Plaintiff",
        "juror_id",
    ],
)
def test_headers_of_users(header: str) -> None:
    assert identifier_of(header) is Identifier.USER


@pytest.mark.parametrize("header", ["order_no", "tradeNo", "订单编号", "交易号", "支付流水号", "ORDER ID"])
def test_headers_of_orders(header: str) -> None:
    assert identifier_of(header) is Identifier.ORDER


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("姓名", PersonalData.NAME),
        ("收件人", PersonalData.NAME),
        ("Full Name", PersonalData.NAME),
        ("contact_phone", PersonalData.MOBILE),
        ("联系电话", PersonalData.MOBILE),
        ("E-Mail", PersonalData.EMAIL),
        ("收货地址", PersonalData.ADDRESS),
        ("address2", PersonalData.ADDRESS),
        ("身份证号", PersonalData.RESIDENT_CARD),
        ("bankCardNo", PersonalData.BANK_CARD),
        ("微信号", PersonalData.WECHAT),
        ("QQ号", PersonalData.QQ),
        ("支付宝账号", PersonalData.ALIPAY),
        ("tracking_number", PersonalData.PARCEL),
        ("快递单号", PersonalData.PARCEL),
    ],
)
def test_headers_of_other_personal_data(header: str, kind: PersonalData) -> None:
    assert kind_of(header) is kind
    assert is_personal(header)


@pytest.mark.parametrize(
    "header",
    [
        "NO_OF_CASES", "Remark", "备注", "item_name", "商品名称", "seller_level", "买家等级", "buyer_age",
        "email_verified", "payment_method", "user_count", "快递公司", "地址类型", "电话次数", "支付宝支付", "Age Range",
        "Reference ID", "name of item", "order_amount", "订单金额", "ship_days", "tip", "telling",
    ],
)  # fmt: skip
def test_headers_that_identify_nobody(header: str) -> None:
    assert not is_personal(header)


def test_identifiers_stay_joinable() -> None:
    values = pl.Series("买家昵称", ["阿珍", None, "阿强", "阿珍"])
    found = protect_extra(values, "买家昵称", KEY)
    assert found.equals(pseudonymise(values, Identifier.USER, KEY))
    assert found[0] == found[3] != found[2]
    assert found[1] is None


def test_other_personal_data_is_named_by_its_kind() -> None:
    found = protect_extra(pl.Series("x", ["老槐树下第三家", None, ""]), "收货地址", KEY)
    assert found.to_list() == ["[地址]", None, "[地址]"]
    assert found.name == "x"


def test_other_columns_are_masked_by_their_values() -> None:
    assert protect_extra(pl.Series(["打13800138000", "7", None]), "remark", KEY).to_list() == ["打[手机号]", "7", None]
