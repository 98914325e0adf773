"""Which encoding a text is in, on the evidence of lines from its whole length.

For each encoding a line is read as if it were written in it. What speaks for the encoding is the share of lines
beyond ASCII that can be read at all, times how ordinary the characters are that come out: Chinese in UTF-8 read as
GB18030 gives characters nobody uses, and the other way round it cannot be read. The two Chinese encodings are told
apart in the same way: the common characters of one are rare ones of the other.
"""

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial

#: The order in which they are preferred where the evidence is even.
NARROW = ("utf-8", "gb18030", "big5", "cp1252")
WIDE = ("utf-16-le", "utf-16-be")
#: Less than this speaks for nothing: a few damaged bytes in ASCII are damage, not another encoding.
_LEAST_SCORE = 0.45
#: By how much another encoding must be likelier than UTF-8, which hardly any other text is valid in.
_LEAD_OVER_UTF8 = 0.15
#: NUL bytes among the bytes of a text in UTF-16: line ends, delimiters and digits at least.
_LEAST_WIDE_NULS = 0.03
_WIDE_PARITY = 0.8
#: Control characters, tab and line ends aside, in a text: there should be none.
_MOST_CONTROLS = 0.01
_CONTROLS = bytes(range(9)) + bytes(range(14, 26)) + b"\x1c\x1d\x1e\x1f"
_COMMON = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经"
    "么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日者意无力它与长把机十民第公此已使情明性知全三又关"
    "点正业外将两高间由问很最重并物手应向头体政美相见被利什二等产或新己制身果加月话合回特代内信表化老给位次度门任常先海通教儿原东声"
    "提立及比员解水名真处走各入口认条平系气题活更别打女四总何电数安少报才结反受目太量再感建务做接必场件计管期市直命山金指克许统区保"
    "至队形社便空决治展科基眼书非则听白却界达光放强即像难且权思象完设式色路记品住告类求据程死该交规万取格觉术领共确师观清今切院让识"
    "候带导争运买卖客服退款货收申请台证商描述符假订单这來國這個們為說時會對發後裡經學現當動還進樣開從實與長機關點業將兩間問並應頭體"
    "見產話員論處條題變總電數報結務場計區決書則聽達強難權設記據類規萬領師觀讓識導爭運買賣貨請臺證沒給麼號單價質圖紛責實賠償"
)


def likeliest_encoding(lines: Sequence[bytes]) -> str:
    """Tell which of the encodings with one byte for an ASCII character some lines are in.

    Args:
        lines: Lines from all over a text; only those with bytes beyond ASCII are evidence.

    Returns:
        ``utf-8``, ``gb18030``, ``big5`` or ``cp1252``; UTF-8 where nothing speaks for another.
    """
    evidence = [line for line in lines if not line.isascii()]
    utf8 = _score("utf-8", evidence)
    others = {encoding: _score(encoding, evidence) for encoding in NARROW[1:]} if evidence else {}
    best = max(others, key=others.__getitem__, default="utf-8")
    if others.get(best, 0) < max(_LEAST_SCORE, utf8 + _LEAD_OVER_UTF8):
        return "utf-8"
    return best


@dataclass(frozen=True)
class Nuls:
    """How many NUL bytes a stream has, by whether their place is even or odd.

    Attributes:
        even: At even places: the high bytes of ASCII in UTF-16 BE.
        odd: At odd places.
        total: Bytes looked at.
    """

    even: int = 0
    odd: int = 0
    total: int = 0


def wide_encoding(head: bytes, nuls: Nuls) -> str | None:
    """Tell whether a stream is UTF-16, by its byte order mark or by where its NUL bytes are.

    Args:
        head: Its first bytes.
        nuls: NUL bytes of the whole stream.

    Returns:
        ``utf-16-le``, ``utf-16-be``, or None.
    """
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16-le" if head.startswith(b"\xff\xfe") else "utf-16-be"
    if not head or nuls.even + nuls.odd < _LEAST_WIDE_NULS * nuls.total:
        return None
    even, odd = head[::2].count(0), head[1::2].count(0)
    # The head decides the order, for a byte lost further on turns it round.
    if max(even, odd) < _WIDE_PARITY * (even + odd) or even == odd:
        return None
    return "utf-16-be" if even > odd else "utf-16-le"


def is_binary(head: bytes, encoding: str) -> bool:
    """Tell whether the beginning of a stream is no text: more than a few control characters.

    Args:
        head: Its first bytes.
        encoding: What it would be read as.
    """
    if encoding in WIDE:
        text = head[: len(head) // 2 * 2].decode(encoding, errors="replace")
        head = text.encode("utf-8", errors="replace")
    return len(head) - len(head.translate(None, _CONTROLS)) > _MOST_CONTROLS * len(head)


def foreign_lines(block: bytes, encoding: str) -> Iterator[int]:
    """Find lines of a text that are in UTF-8, though the text is not: read as the rest is, they would be nonsense.

    Args:
        block: Whole lines.
        encoding: The encoding of the text: not UTF-8.

    Yields:
        Where such lines begin.
    """
    # Two characters of three bytes, as Chinese has them; in the West one of two bytes will do.
    table, sign = (_UTF8_WESTERN, b"Lc") if encoding == "cp1252" else (_UTF8_HAN, b"LccLcc")
    classes = block.translate(table)
    place = 0
    while (place := classes.find(sign, place)) >= 0:
        start = max(block.rfind(b"\n", 0, place), block.rfind(b"\r", 0, place)) + 1
        place = min(
            (end for end in (block.find(b"\n", place), block.find(b"\r", place)) if end >= 0), default=len(block)
        )
        if _is_utf8(block[start:place]):
            yield start


def _is_utf8(line: bytes) -> bool:
    try:
        return bool(line.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def _classes(leads: Iterable[int]) -> bytes:
    """Map bytes to ``L`` for a lead byte, ``c`` for a byte that follows one, and a point for any other."""
    table = bytearray(b"." * 256)
    for byte in range(0x80, 0xC0):
        table[byte] = ord("c")
    for byte in leads:
        table[byte] = ord("L")
    return bytes(table)


_UTF8_HAN = _classes((*range(0xE3, 0xEA), 0xEF))
_UTF8_WESTERN = _classes(range(0xC2, 0xF5))


def _score(encoding: str, lines: Sequence[bytes]) -> float:
    """Score an encoding from 0 to 1: the share of lines that it can read, times how ordinary their characters are."""
    weigh = _WEIGHTS[encoding]
    readable, weight, characters = 0, 0.0, 0
    for line in lines:
        try:
            text = line.decode(encoding)
        except UnicodeDecodeError:
            continue
        readable += 1
        padded = f" {text} "
        places = [place for place, character in enumerate(padded) if not character.isascii()]
        characters += len(places)
        weight += sum(weigh(padded[place], padded[place - 1], padded[place + 1]) for place in places)
    return readable / len(lines) * weight / characters if characters else 0.0


def _weight_utf8(character: str, before: str, after: str) -> float:
    category = unicodedata.category(character)
    if character >= "\u0800":
        return 1.0 if category not in {"Co", "Cn"} else 0.3
    # A sign of money stands by itself before an amount: "¥ 905.00" would be "楼 905.00" in GB18030.
    if category == "Sc" or _is_ascii_alnum(before) or _is_ascii_alnum(after):
        return 0.9
    # Letters of other alphabets come in words; one alone between delimiters is likelier a Chinese character.
    return 0.8 if category.startswith("L") and not (before + after).isascii() else 0.4


def _weight_chinese(character: str, before: str, after: str, encoding: str) -> float:
    first, second = _levels(encoding)
    # A Chinese character right beside a lower-case letter is likelier an accented letter in another encoding.
    beside = 0.7 if before in _LOWER or after in _LOWER else 1.0
    if character in _COMMON:
        return beside
    if character in first:
        return 0.9 * beside
    if character in second:
        return 0.5 * beside
    return 0.8 if character > "\uffff" else 0.1


def _weight_western(character: str, before: str, after: str) -> float:
    pair = not before.isascii() or not after.isascii()
    is_letter = character.isalpha()
    beside = (before.isascii() and before.isalpha()) or (after.isascii() and after.isalpha())
    if not is_letter:
        return 0.2 if pair else 0.7
    if pair:
        return 0.6 if beside and (before.isascii() or after.isascii()) else 0.1
    return 0.95 if beside else 0.4


_LOWER = frozenset("abcdefghijklmnopqrstuvwxyz")
_WEIGHTS: dict[str, Callable[[str, str, str], float]] = {
    "utf-8": _weight_utf8,
    "gb18030": partial(_weight_chinese, encoding="gb18030"),
    "big5": partial(_weight_chinese, encoding="big5"),
    "cp1252": _weight_western,
}


def _is_ascii_alnum(character: str) -> bool:
    return character.isascii() and character.isalnum()


@cache
def _levels(encoding: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the characters that a national standard lists as common, and those that it lists besides."""
    if encoding == "gb18030":
        signs, common, rare = (0xA1, 0xA3), (0xB0, 0xD7), (0xD8, 0xF7)
        trails = range(0xA1, 0xFF)
    else:
        signs, common, rare = (0xA1, 0xA3), (0xA4, 0xC6), (0xC9, 0xF9)
        trails = range(0x40, 0xFF)
    return (
        _characters(encoding, signs, trails) | _characters(encoding, common, trails),
        _characters(encoding, rare, trails),
    )


def _characters(encoding: str, leads: tuple[int, int], trails: range) -> frozenset[str]:
    pairs = (bytes((lead, trail)) for lead in range(leads[0], leads[1] + 1) for trail in trails)
    return frozenset(text for pair in pairs if len(text := pair.decode(encoding, errors="ignore")) == 1)
