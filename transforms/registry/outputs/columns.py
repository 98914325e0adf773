"""Columns that several tables of the warehouse share, and short ways to declare one."""

from transforms.registry import enumerations as enums
from transforms.registry.model import Column, Enumeration, Kind, Label


def column(name: str, kind: Kind, en: str, zh: str, unit: str = "") -> Column:
    """Declare a column of a table that is made here."""
    return Column(name, kind, Label(en, zh), unit=unit)


def text(name: str, en: str, zh: str) -> Column:
    """Declare a column of text."""
    return column(name, Kind.TEXT, en, zh)


def enum(name: str, values: Enumeration, en: str, zh: str) -> Column:
    """Declare a column of an enumeration."""
    return Column(name, Kind.ENUM, Label(en, zh), enumeration=values)


def count(name: str, en: str, zh: str) -> Column:
    """Declare a column of whole numbers from 0."""
    return Column(name, Kind.INTEGER, Label(en, zh), minimum=0)


def share(name: str, en: str, zh: str) -> Column:
    """Declare a column of numbers in [0, 1]."""
    return Column(name, Kind.FLOAT, Label(en, zh), minimum=0, maximum=1)


def total(name: str, en: str, zh: str) -> Column:
    """Declare a column of sums of money, exact."""
    return Column(name, Kind.TOTAL, Label(en, zh), minimum=0, unit="CNY")


def number(name: str, en: str, zh: str, unit: str = "") -> Column:
    """Declare a column of numbers of any size."""
    return column(name, Kind.FLOAT, en, zh, unit)


def flag(name: str, en: str, zh: str) -> Column:
    """Declare a column of yes and no."""
    return column(name, Kind.BOOLEAN, en, zh)


def time(name: str, en: str, zh: str) -> Column:
    """Declare a column of moments."""
    return column(name, Kind.TIMESTAMP, en, zh)


RUN_ID = text("run_id", "Run that published the row", "发布该行的运行编号")
FILE_ID = text("file_id", "Hash of the file's content", "文件内容哈希")
SOURCE_ROW = Column(
    "source_row",
    Kind.INTEGER,
    Label("Row number in the file, the header not counted", "文件内行号（不含表头）"),
    minimum=1,
)
COUNTED = flag("counted", "Known before the ruling, so it enters the scores", "判定前已知，计入评分")
STATUS = text("status", "ok, or why there is no number", "ok，或没有数值的原因")
N_CLUSTERS = count("n_clusters", "Sellers behind the number; each is one cluster", "涉及的卖家数（聚类数）")
INTERVAL = (
    number("ci_low", "Lower end of the 95 % interval", "95% 区间下限"),
    number("ci_high", "Upper end of the 95 % interval", "95% 区间上限"),
)
P_VALUE = share("p_value", "p value, clustered by seller", "p 值（按卖家聚类）")
Q_VALUE = share("q_value", "p value after Benjamini-Hochberg correction", "Benjamini-Hochberg 校正后的 p 值")
FACTOR_NAME = text("factor", "Factor: evidence, rules, tone, reputation, overall or an extra factor", "因素")
LEVEL = (
    text("level", "Level: a fifth from 1 (lowest) to 5, a natural value, or not_recorded", "水平"),
    number("level_low", "Smallest value in the level", "该水平最小值"),
    number("level_high", "Largest value in the level", "该水平最大值"),
)
OUTCOME = enum("outcome", enums.OUTCOME, "How the disputes ended", "结果")
RATE = (
    count("n", "Disputes with this outcome", "该结果的纠纷数"),
    count("n_total", "Disputes in the group", "该组纠纷总数"),
    N_CLUSTERS,
    number(
        "n_effective", "Independent disputes that carry the same information (n_total over design effect)", "有效样本量"
    ),
    share("share", "n over n_total", "占比"),
    *INTERVAL,
    STATUS,
)
MONEY = (
    total(
        "claimed_cny",
        "Sum claimed in the disputes with this outcome; null: recorded in none of them",
        "该结果纠纷的索赔金额合计；均未记录时为空",
    ),
    total(
        "refunded_cny",
        "Sum refunded in the disputes with this outcome; null: recorded in none of them",
        "该结果纠纷的退款金额合计；均未记录时为空",
    ),
)
SLICE = (
    text("slice", "What the disputes are divided by: all, category, claim, month, decided_by", "分组方式"),
    text("value", "The group", "分组取值"),
)
