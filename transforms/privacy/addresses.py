"""Patterns of street addresses, and of names beside other personal data.

An address begins with a place that is listed (``places.txt``), or with a district, a street or an estate whose name has
none of the characters of everyday words; so "you swindler live in …" keeps its words.
"""

from functools import cache
from pathlib import Path
from typing import Final

import polars as pl

from transforms.privacy.digits import BEGIN, DOOR, END
from transforms.privacy.kinds import PersonalData
from transforms.privacy.numbers import Rule

_FOLDER: Final = Path(__file__).parent
# Characters of everyday words, with which the name of a district or a street hardly begins or goes on.
_NOT_IN_NAMES: Final = (
    "我你您他她它们的得了着过是在到至往寄发给送退吗呢吧啊呀哦嗯要把从住跟与就没还说请麻烦货快递收件址骗被让叫换买卖错"
    "这那哪什么怎很太都不也去来回找问打走跑上半逛绕赶为以及或但因所能会想"
)
_NAME: Final = rf"[\p{{Han}}\uFDD1\uFDD3--[{_NOT_IN_NAMES}]]"
# With 放 a name goes on (解放路) but does not begin (放金桂小区).
_BEGINS: Final = rf"[\p{{Han}}\uFDD1\uFDD3--[放{_NOT_IN_NAMES}]]"
# After a listed place nearly anything may be a name.
_ANY: Final = r"[\p{Han}\uFDD0\uFDD1\uFDD3--[的了着过吗呢吧是我你您他她在到寄发收也都就还没不个这那些很哪]]"
_NUMBER: Final = r"(?:[0-9０-９]{1,5}|[一二三四五六七八九十百零〇两]{1,6})"
_DISTRICT: Final = r"(?:自治[州县旗]|地区|新区|开发区|[市区县旗州盟镇乡]|街道)"
_STREET: Final = r"(?:大道|大街|街道?|[路巷弄]|胡同)(?:[东西南北中][段路]?|[一二三四五六七八九][段路巷])?"
# The end of the name of a street: none of the characters that make another word of it (公路, 网路, 思路, 一路).
_WAY: Final = rf"(?:[\p{{Han}}\uFDD3--[{_NOT_IN_NAMES}一网线思套电公铁马半道速]]|[东西南北中园纬经环]一){END}?{_STREET}"
_ESTATE: Final = (
    r"(?:国际|小区|社区|花园|家园|公寓|大厦|广场|中心|新村|[村屯庄苑城府园湾庭轩郡里区]|名都|豪庭|大学|学院|医院|校区|市场"
    r"|工业园|产业园|科技园)"
)
_AT_NUMBER: Final = r"(?:号楼|号院|号铺|号|弄|栋|幢|座|院)"
_BUILDING: Final = rf"(?:(?:[A-Za-z]?{_NUMBER}|[A-Za-z])\s?(?:号楼|号院|栋|幢|座|单元))"
_ROOM: Final = r"(?:[A-Za-z]?[0-9０-９]{1,4}(?:[-－—][0-9０-９]{1,4}){1,4}(?:室|号|户)?|[0-9]{2,3}楼[0-9]{3,4})"
_UNIT: Final = r"(?:号楼|号院|号铺|号|弄|栋|幢|座|单元|室|楼|舍|层|户|院|期|区|组|塔|铺|门|巷|排)"
# A part of a building: 3栋, A座, 12-3-402, 501, 东户.
_PART: Final = (
    rf"(?:{_ROOM}|附?(?:[A-Za-z]?{_NUMBER}|[A-Za-z][0-9]{{0,4}}){_UNIT}|[A-Za-z]?[0-9０-９]{{2,4}}"
    rf"|[东西南北中]{{1,2}}[户门]|[东西南北]{_NUMBER}楼)"
)
_NAMED_PART: Final = rf"[A-Za-z]{{0,8}}{_ANY}{{1,8}}?(?:{_ESTATE}|[塔店])"


@cache
def _listed(file: str) -> tuple[str, ...]:
    lines = (_FOLDER / file).read_text(encoding="utf-8").splitlines()
    words = [word for line in lines if not line.startswith("#") for word in line.split()]
    return tuple(sorted(words, key=lambda word: (-len(word), word)))


@cache
def surname_pattern() -> str:
    """Return a pattern of a Chinese name: a common surname and one or two characters."""
    lines = (_FOLDER / "surnames.txt").read_text(encoding="utf-8").splitlines()
    given = r"[\p{Han}--[性先女的了是在不没写错填空吗呢么某]]"
    return rf"(?:(?:{'|'.join(lines[1].split())}|[{''.join(lines[2:])}]){given}{{1,2}})"


@cache
def sure_name_pattern(given: str = r"\p{Han}") -> str:
    """Return a pattern of a name that is hardly another word: surnames that begin few of them."""
    lines = (_FOLDER / "surnames.txt").read_text(encoding="utf-8").splitlines()
    return rf"(?:(?:{'|'.join(lines[1].split())}|[{lines[2]}]){given}{{1,2}})"


def mark_places(text: pl.Series) -> pl.Series:
    """Set marks around the places that an address may begin with."""
    places = list(_listed("places.txt"))
    return text.str.replace_many(places, [f"{BEGIN}{place}{END}" for place in places], leftmost=True)


@cache
def address_rules() -> tuple[Rule, ...]:
    """Rules for street addresses; towns and provinces alone identify nobody and stay.

    They are over text in which places are marked (``mark_places``), and digits are not.
    """
    mask = PersonalData.ADDRESS.mask
    place = rf"(?:{BEGIN}[^{END}]+{END}(?:省|市|(?:壮族|回族|维吾尔)?自治区|特别行政区|{_DISTRICT})?\s?){{1,3}}"
    lead = rf"(?:\s?(?:开发|{_ANY}|[A-Za-z0-9（）()]))*?"
    tail = rf"(?:\s?(?:{_PART}|{_NAMED_PART}|{_ANY}{{1,8}}?(?:{_WAY}|道|段)\s?{_NUMBER}{_AT_NUMBER}))*"
    # A number in a street, or a building in an estate; the number of a day (18号) is neither.
    house = rf"(?:{_WAY}|一[路街]|道)\s?{_NUMBER}{_AT_NUMBER}|[村屯庄寨]\s?{_NUMBER}(?:组|队|号)"
    exact = rf"(?:{house}|\s?(?:{_BUILDING}|{_ROOM})){tail}"
    listed = rf"{place}{lead}{exact}"
    chain = rf"{place}{_ANY}+?(?:[区县旗镇乡]|街道)\s?{_ANY}*?{_WAY}{tail}"
    district = rf"{_BEGINS}{_NAME}{{0,5}}?(?:[区县旗镇乡]|街道)\s?{lead}{exact}"
    numbered = rf"{_BEGINS}{_NAME}{{0,5}}?{_WAY}{_NUMBER}{_AT_NUMBER}{tail}"
    building = rf"{_BEGINS}{_NAME}{{1,7}}?{_ESTATE}(?:\s?{_NUMBER}(?:期|区))?\s?{_NUMBER}(?:号楼|栋|幢|座){tail}"
    room = rf"{_BEGINS}{_NAME}{{1,7}}?(?:小区|花园|家园|公寓|新村|苑)\s?{_ROOM}"
    labelled = (
        r"((?:地址|住址)(?:发你|如下)?(?:是|为|[\s:：]){1,3})"
        rf"[^\s，。,;；:：\[]{{0,30}}?{_NUMBER}(?:{_AT_NUMBER}|单元|室|楼|层)[^\s，。,;；\[]{{0,20}}"
    )
    again = r"\[地址\](?:[\s,，]?\[地址\])+"
    return (
        # 502门口 is the door of a flat, not flat 502 and a mouth; 88号口 is what was written.
        Rule("门口", f"门{DOOR}"),
        Rule(f"{listed}|{chain}", mask),
        Rule(f"{labelled}|{district}|{numbered}|{building}|{room}", f"${{1}}{mask}"),
        Rule(again, mask),
        Rule(rf"\[地址\]{DOOR}", f"{mask}门口"),
        Rule(DOOR, "口"),
    )


@cache
def name_rules() -> tuple[Rule, ...]:
    """Rules for names where other words or masks say that a name follows; over text that is masked otherwise."""
    name, mask = surname_pattern(), PersonalData.NAME.mask
    # 谢谢, 周一 and 黄金 are no names.
    sure = sure_name_pattern(r"[\p{Han}--[谢一二五六末日金的了是在不没]]")
    kinds = (PersonalData.ADDRESS, PersonalData.MOBILE, PersonalData.BANK_CARD)
    address, mobile, card = (kind.mask.replace("[", r"\[").replace("]", r"\]") for kind in kinds)
    ends = r"([^\p{Han}]|$|先生|女士|小姐|电话|手机|身份|卡号|收)"
    return (
        Rule(
            r"((?:收件人|收货人|寄件人|联系人|真实姓名|姓名|户名|开户名|持卡人|机主|法人)(?:是|为|叫|[\s:：]){0,3})"
            + name
            + ends,
            f"${{1}}{mask}${{2}}",
        ),
        Rule(rf"(名字(?:是|为|叫|[\s:：]){{0,3}}|{card}[\s，,;；:：]{{1,3}}){sure}{ends}", f"${{1}}{mask}${{2}}"),
        Rule(
            rf"({address}[\s，,;；]{{0,3}}){name}([\s，,;；]{{0,3}}(?:{mobile}|收|先生收|女士收))",
            f"${{1}}{mask}${{2}}",
        ),
        Rule(rf"(^|[\s，,：:。；;]){name}([\s，,：:]{{0,3}}{mobile}[\s，,;；]{{0,3}}{address})", f"${{1}}{mask}${{2}}"),
    )
