"""What does not matter in a header or a label: case, width, blanks and the like, Traditional characters."""

import re
import unicodedata
from functools import lru_cache

_LATIN_ACCENTS = re.compile("([A-Za-z])[\u0300-\u036f]+")
_SEPARATORS = re.compile(r"[\s_\-.·/:：()（）\[\]【】#№'\"’]+")
# Pairs of Traditional and simplified characters that occur in headers and labels.
_PAIRS = (
    "買买賣卖紛纷糾纠編编號号訂订單单標标題题時时間间申申請请類类別别價价額额項项證证據据紀纪錄录圖图頻频聊聊內内違违規规嚴严實实屬属評评"
    "審审員员會会無无過过網网發发貨货損损壞坏運运輸输瑕瑕偽伪與与對对類类書书樂乐飾饰妝妆電电數数奢奢碼码擬拟車车輛辆戶户動动嬰婴兒儿"
    "鑑鉴檢检測测報报憑凭協协購购狀状態态傳传遲迟後后惡恶傷伤調调換换輕轻採采納纳經经歷历結结裁裁決决撤撤訴诉關关閉闭導导處处罰罚維维權权"
    "賠赔償偿還还庫库閒闲魚鱼芝芝蔴麻積积分分記记録录業业貿贸開开門门優优質质專专雙双滿满條条約约勝胜敗败責责認认該该當当應应從从來来張张臺台對对歲岁區区號号簡简轉转單单"
)
_SIMPLIFIED = {ord(old): new for old, new in zip(_PAIRS[::2], _PAIRS[1::2], strict=True)}


def simplified(text: str) -> str:
    """Write the Traditional characters of headers and labels as simplified ones."""
    return text.translate(_SIMPLIFIED)


@lru_cache(maxsize=8192)
def folded(text: str) -> str:
    """Fold what does not matter in a header or a label.

    Args:
        text: A header, or the label of a value.

    Returns:
        Small letters of half width without blanks, underscores, hyphens, dots, slashes and brackets; simplified
        characters. Empty where nothing else is there.
    """
    return _SEPARATORS.sub("", simplified(unicodedata.normalize("NFKC", text.strip("\ufeff")).casefold()))


def unaccented(text: str) -> str:
    """Leave out the accents of Latin letters: "decisão" becomes "decisao"; other scripts stay as they are."""
    apart = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", _LATIN_ACCENTS.sub(r"\1", apart))
