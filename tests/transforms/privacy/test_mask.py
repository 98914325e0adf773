"""Masks for personal data: each type in its usual forms, and look-alikes that must stay as they are."""

import polars as pl
import pytest

from transforms.privacy import mask
from transforms.privacy.mask import mask_sentence, mask_text

PERSONAL = [
    # mobile numbers
    ("13800138000", "[手机号]"),
    ("打 13800138000 给我", "打 [手机号] 给我"),
    ("电话：138 0013 8000。", "电话：[手机号]。"),
    ("138-0013-8000", "[手机号]"),
    ("+86 13800138000", "[手机号]"),
    ("+8619912345678", "[手机号]"),
    ("１３８００１３８０００", "[手机号]"),
    # landlines
    ("座机010-12345678", "座机[电话]"),
    ("0571-87654321转", "[电话]转"),
    # identity cards: by their checksum, or mistyped where they are called so
    ("11010519491231002X", "[身份证]"),
    ("身份证110105194912310021。", "身份证[身份证]。"),
    # bank cards
    ("6222029411842785347", "[银行卡]"),
    ("卡号6222 0212 3456 7890", "卡号[银行卡]"),
    # e-mail
    ("写到 li.lei+x@mail.example.com 吧", "写到 [邮箱] 吧"),
    # handles
    ("微信：wxid_abc123", "微信：[微信号]"),
    ("加v abc123456", "加v [微信号]"),
    ("VX:lilei2026", "VX:[微信号]"),
    ("QQ12345678", "QQ[QQ]"),
    ("QQ-12345678", "QQ-[QQ]"),
    ("微信ID：12345678", "微信ID：[微信号]"),
    ("我的wx id是abc_123", "我的wx id是[微信号]"),
    ("line: abc_2026", "line: [账号]"),
    ("qq号是 123456789", "qq号是 [QQ]"),
    ("支付宝账号13800138000", "支付宝账号[支付宝]"),
    # addresses
    ("寄到浙江省杭州市西湖区文三路100号3栋2单元501室", "[地址]"),
]
REPEATED = [
    # separated by a single character, which both neighbours need as their border
    ("13800138000,13900139000", "[手机号],[手机号]"),
    ("13800138000 13900139000 13700137000", "[手机号] [手机号] [手机号]"),
    ("010-12345678、010-87654321", "[电话]、[电话]"),
    ("13800138000/a@b.cn/13900139000", "[手机号]/[邮箱]/[手机号]"),
    ("11010519491231002X,11010519491231002X", "[身份证],[身份证]"),
    ("6222029411842785347,6217009445928504028", "[银行卡],[银行卡]"),
]
BESIDE_ADDRESSES = [
    ("杭州市西湖区文三路88号口", "[地址]口"),
    ("放金桂小区8栋3单元502门口", "放[地址]门口"),
    ("放金桂小区3单元2门口等", "放[地址]门口等"),
    ("南京市鼓楼区城门口路22号", "[地址]"),
]
LOOK_ALIKES = [
    "价格12345元，运费12元",
    "2026-03-05 14:03:00 签收",
    "20260305",
    "iPhone 13 Pro Max 256GB",
    "型号 SM-G9910 和 A2634",
    "QQ糖很好吃",
    "加V领毛衣两件",
    "微信支付的截图发你了",
    "微信转账给我",
    "支付宝付了12345元",
    "110105194912310021",
    "6222021234567890123",
    "12800138000",
    "第12345678901号",
    "给了 3@5 个",
    "@客服 请处理",
    "市中心的路很堵",
    "微信里说iPhone13有划痕",
    "WX-BT5200蓝牙模块",
    "headline: wonderful",
    "支付宝转账截图_20260305.png",
    "IMG_20260305_140300.jpg",
    "WD40EZAZ-00SF3B0",
    "00:11:22:33:44:55",
    "退款编号 20260305123456",
    "1 2 3 4 5 6 7 8 9 10 11 12",
    "13 138 1380 13800",
    "战区12组成绩",
    "五一路过来看看",
    "6楼602住户投诉",
    "EAN 4901234567894",
    "加我一个人不够",
    "手机屏幕6.7寸2796x1290",
    "三天两头去一趟县里",
    "保修 0-12 个月",
    "电话打了3次没人接",
    "",
    "   ",
    "好的，谢谢！",
]


def _masked(*texts: str | None) -> list[str | None]:
    return mask_text(pl.Series("text", texts, dtype=pl.String)).to_list()


@pytest.mark.parametrize(("text", "expected"), PERSONAL)
def test_personal_data_is_masked_by_its_type(text: str, expected: str) -> None:
    (found,) = _masked(text)
    assert found is not None
    assert found.endswith(expected) if expected == "[地址]" else found == expected
    assert not any(part in found for part in ("138", "87654321", "1949", "6222", "lilei", "文三路", "123456"))


@pytest.mark.parametrize(("text", "expected"), BESIDE_ADDRESSES)
def test_words_beside_an_address_stay_as_they_are(text: str, expected: str) -> None:
    assert _masked(text) == [expected]


@pytest.mark.parametrize(("text", "expected"), REPEATED)
def test_every_occurrence_is_masked(text: str, expected: str) -> None:
    assert _masked(text) == [expected]


@pytest.mark.parametrize("text", LOOK_ALIKES)
def test_look_alikes_stay(text: str) -> None:
    assert _masked(text) == [text]


def test_words_around_a_mask_stay_as_they_were_written() -> None:
    assert _masked("尺寸１２３４５６，电话13800138000") == ["尺寸１２３４５６，电话[手机号]"]


def test_rows_keep_their_place_and_null_stays_null() -> None:
    assert _masked(None, "好", "13800138000", None, "坏") == [None, "好", "[手机号]", None, "坏"]
    assert _masked() == []
    assert _masked(None) == [None]


def test_of_several_candidates_in_a_text_only_cards_are_masked() -> None:
    assert _masked("6222029411842785347,6222021234567890123") == ["[银行卡],6222021234567890123"]
    assert _masked("110105194912310021,11010519491231002X") == ["110105194912310021,[身份证]"]


def test_wordings_with_the_same_hash_stay_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mask, "_hashes", lambda text: pl.zeros(text.len(), pl.UInt64, eager=True))
    assert _masked("打13800138000", "QQ12345678", "打13800138000") == ["打[手机号]", "QQ[QQ]", "打[手机号]"]


def test_the_name_of_the_column_is_kept() -> None:
    assert mask_text(pl.Series("text", ["13800138000"])).name == "text"


def test_masking_twice_changes_nothing() -> None:
    once = _masked(*(text for text, _ in PERSONAL))
    assert _masked(*once) == once


def test_the_series_that_is_given_stays_as_it_is() -> None:
    text = pl.Series("text", ["打13800138000", "好"])
    mask_text(text)
    assert text.to_list() == ["打13800138000", "好"]


@pytest.mark.parametrize("mark", ["\ufdd0", "\ufdd1", "\ufdd2"])
def test_marks_in_a_text_hide_nothing(mark: str) -> None:
    """The marks that patterns use are no characters; a text that has them all the same is read without them."""
    (found,) = _masked(f"打1380013{mark}8000，{mark}加微信lilei{mark}_2026")
    assert found == "打[手机号]，加微信[微信号]"


@pytest.mark.parametrize("separator", [" ", "-", "\u200b", "\u3000", ".", "—", " - ", "\u00a0"])
@pytest.mark.parametrize(
    "digits", ["13800138000", "１３８００１３８０００", "一三八零零一三八零零零", "①③⑧⓪⓪①③⑧⓪⓪⓪", "幺叁捌00壹三8零〇0"]
)
def test_every_way_of_writing_a_mobile_number(digits: str, separator: str) -> None:
    assert _masked(f"打{separator.join((digits[:3], digits[3:7], digits[7:]))}，谢谢") == ["打[手机号]，谢谢"]


@pytest.mark.parametrize("sentence", ["", "nothing to see", "file 13800138000.csv"])
def test_a_sentence(sentence: str) -> None:
    assert mask_sentence(sentence) == sentence.replace("13800138000", "[手机号]")


def test_lines_of_a_long_text_are_all_masked() -> None:
    text = "\n".join(f"第{n}行 1380013{n:04}" for n in range(200))
    (found,) = _masked(text)
    assert found is not None
    assert found.count("[手机号]") == 200
