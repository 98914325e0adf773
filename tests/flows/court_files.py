"""Files such as arbitration institutions, tribunals and courts publish, made up with a seed."""

import random
from collections.abc import Sequence
from datetime import date, timedelta

from tests.builders import csv_text

ROWS = 400
_CITIES = ("Leeds", "Bath", "York", "Hull")


def arbitration_csv(seed: int = 1) -> str:
    """Consumer arbitrations in America: businesses that come often win more; CRLF, dollars, 27-MAR-14, ---."""
    draw = random.Random(seed)
    columns = (
        "CASE_ID", "NONCONSUMER", "FILING_DATE", "CLOSEDATE", "TYPE_OF_DISPUTE", "INITIATING_PARTY", "PREVAILING_PARTY",
        "TYPEDISPOSITION", "CLAIM_AMT_CONSUMER", "FEE_ALLOCATION_CONSUMER", "ARBITRATOR_NAME", "NO_OF_CASES",
        "CONSUMER_REP_STATE", "CONSUMERSELFREPRESENTED", "SALARY_RANGE",
    )  # fmt: skip
    rows: list[Sequence[object]] = []
    for number in range(ROWS):
        cases = draw.choice((1, 3, 40, 1204))
        filed = date(2014, 1, 1) + timedelta(days=draw.randrange(700))
        end = draw.choices(("Awarded", "Settled", "Withdrawn", "Dismissed on the Merits"), (6, 3, 1, 1))[0]
        wins = draw.random() < 0.7 - 0.15 * (cases > 3) - 0.2 * (cases > 100)
        winner = ("Consumer" if wins else "Business") if end == "Awarded" else "---"
        rows.append((
            f"01-14-{number:04}", f"Business {draw.randrange(40)}, Inc.", filed.strftime("%d-%b-%y").upper(),
            (filed + timedelta(days=draw.randrange(30, 300))).strftime("%d-%b-%y").upper(), "Goods/Services",
            "Consumer", winner, end, draw.choice((f"${draw.randrange(100, 90_000):,}.50", "---", "$0.00")),
            f"{draw.randrange(0, 101, 10)}%", f"Arbitrator {draw.randrange(25)}", f"{cases:,}",
            draw.choice(("CA", "NY", "TX", "---")), draw.choice(("Y", "N", " N", "---")), "---",
        ))  # fmt: skip
    return csv_text(columns, rows, line_end="\r\n")


def tribunal_csv(seed: int = 2) -> str:
    """A tribunal in England: a title above the header, 05/03/2024, pounds, outcomes that must be explained."""
    draw = random.Random(seed)
    columns = (
        "Decision Ref", "Date lodged", "Date of decision", "Complainant", "Firm", "Nature of complaint", "Decision",
        "Sum claimed", "Represented", "Region",
    )  # fmt: skip
    rows: list[Sequence[object]] = []
    for number in range(ROWS):
        lodged = date(2023, 1, 1) + timedelta(days=draw.randrange(500))
        decided = lodged + timedelta(days=draw.randrange(20, 200))
        represented = draw.random() < 0.4
        upheld = draw.random() < 0.35 + 0.35 * represented
        rows.append((
            f"DRN-{number:05}", lodged.strftime("%d/%m/%Y"), decided.strftime("%d/%m/%Y"), f"Mr {number}",
            f"Firm {draw.randrange(30)} Ltd", draw.choice(("Item not as described", "Faulty goods", "Late refund")),
            draw.choices(("Upheld" if upheld else "Not upheld", "Partially upheld", "Withdrawn"), (8, 1, 1))[0],
            f"£{draw.randrange(50, 20_000):,}", "Yes" if represented else "No", draw.choice(_CITIES),
        ))  # fmt: skip
    return csv_text(columns, rows, delimiter=";")


def court_csv(seed: int = 3) -> bytes:
    """Judgments of Chinese courts in GB18030: outcomes in sentences, 2024年3月5日, 万, 是/否."""
    draw = random.Random(seed)
    columns = (
        "案号", "立案日期", "裁判日期", "原告", "被告", "案由", "判决主文", "诉讼标的额", "审理程序",
        "原告是否有律师", "被告涉诉次数",
    )  # fmt: skip
    rows: list[Sequence[object]] = []
    for number in range(ROWS):
        filed = date(2024, 1, 1) + timedelta(days=draw.randrange(400))
        ruled = filed + timedelta(days=draw.randrange(20, 200))
        lawyer = draw.random() < 0.5
        rows.append((
            f"（2024）沪0115民初{number}号", _chinese(filed), _chinese(ruled), f"赵某{number}",
            f"某某商贸有限公司{number % 30}", "网络购物合同纠纷", _judgment(draw, lawyer=lawyer), _chinese_amount(draw),
            draw.choice(("简易程序", "普通程序", "小额诉讼程序")), "是" if lawyer else "否", str(draw.randrange(0, 30)),
        ))  # fmt: skip
    return csv_text(columns, rows).encode("gb18030")


def _chinese(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _chinese_amount(draw: random.Random) -> str:
    return draw.choice(
        (f"￥{draw.randrange(100, 9_000):,}.00", f"{draw.randrange(1, 9)}.5万", f"{draw.randrange(100, 999)}元")
    )


def _judgment(draw: random.Random, *, lawyer: bool) -> str:
    amount = draw.randrange(100, 9_000)
    paid = f"被告于本判决生效之日起十日内支付原告货款{amount}元"
    full, part, nothing, left = (
        f"{paid}。案件受理费由被告负担。", f"{paid}；驳回原告的其他诉讼请求。", "驳回原告全部诉讼请求。",
        "准许原告撤诉。",
    )  # fmt: skip
    return draw.choices((full, part, nothing, left), (6, 3, 2, 1) if lawyer else (2, 3, 6, 1))[0]
