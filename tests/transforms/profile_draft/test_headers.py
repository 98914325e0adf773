"""Headers in many words, and those that only look like a column."""

import pytest

from transforms.profile_draft.guesses import LIKELY
from transforms.profile_draft.headers import likeness, words_of
from transforms.registry import INPUT_TABLES

MEANT = [
    (
        "disputes",
        "dispute_id",
        ["Dispute ID", "CaseNo", "CASE_ID", "Reference ID", "case #", "dispte_id", "案号", "纠纷单编号"],
    ),
    (
        "disputes",
        "opened_at",
        ["FILING_DATE", "Date lodged", "createTime", "dateFiled", "立案日期", "申请的时间", "立案日期："],
    ),
    (
        "disputes",
        "ruled_at",
        ["CLOSEDATE", "Data da Decisão", "Decision Date", "date of decision", "Report Year", "裁判日期", "結案日期"],
    ),
    (
        "disputes",
        "outcome",
        ["PREVAILING_PARTY", "Decisão", "TYPEDISPOSITION", "Determination", "Outcome", "判决主文", "裁判结果"],
    ),
    (
        "disputes",
        "buyer_id",
        ["Consumer", "Consumidor", "Kläger", "buyerNick", "Claimant Name", "买家ID", "買家ID", "原告"],
    ),
    (
        "disputes",
        "seller_id",
        ["NONCONSUMER", "Insurer", "Fornecedor", "Respondent", "merchant_id", "卖家昵称", "被申请人"],
    ),
    ("disputes", "claimed_cny", ["CLAIM_AMT_CONSUMER", "Amount claimed", "诉讼标的额", "申请退款金额"]),
    ("disputes", "item_price_cny", ["Item Price", "商品的价格(元)", "订单实付金额"]),
    ("disputes", "votes_seller", ["支持卖家票数", "votes_for_seller"]),
    ("evidence", "submitted_at", ["upload_date", "提交时间"]),
    ("messages", "sender", ["sender_role", "发言角色"]),
    ("messages", "text", ["content", "消息内容"]),
    ("reputation", "claims_90d", ["claims_90_days", "近90天内维权次数"]),
    ("reputation", "positive_rate", ["好评率(%)", "positive_rate"]),
]
NOT_MEANT = [
    ("disputes", "dispute_id", "NO_OF_CASES"),
    ("disputes", "seller_id", "买家ID"),
    ("disputes", "buyer_id", "卖家ID"),
    ("disputes", "votes_buyer", "支持卖家票数"),
    ("disputes", "buyer_id", "CONSUMER_REP_STATE"),
    ("disputes", "buyer_id", "FEE_ALLOCATION_CONSUMER"),
    ("disputes", "buyer_id", "原告是否有律师"),
    ("disputes", "outcome", "Age Range"),
    ("reputation", "claims_90d", "claims_30d"),
    ("reputation", "claims_90d", "近30天维权次数"),
    ("reputation", "penalties_365d", "penalties_90d"),
]


@pytest.mark.parametrize(
    ("table", "column", "header"), [(table, column, header) for table, column, headers in MEANT for header in headers]
)
def test_a_header_means_a_column_more_than_any_other(table: str, column: str, header: str) -> None:
    scores = {name: likeness(header, table, name).score for name in INPUT_TABLES[table].column_names}
    assert scores[column] >= LIKELY
    assert max(scores, key=scores.__getitem__) == column


@pytest.mark.parametrize(("table", "column", "header"), NOT_MEANT)
def test_a_header_that_only_looks_like_it(table: str, column: str, header: str) -> None:
    found = likeness(header, table, column)
    # A count of cases may pass for a case by its words; that its values come again speaks against it.
    assert found.score < (LIKELY if header != "NO_OF_CASES" else 0.7)


@pytest.mark.parametrize("table", INPUT_TABLES)
def test_own_names_and_labels_are_sure(table: str) -> None:
    for column in INPUT_TABLES[table].columns:
        assert likeness(column.name, table, column.name).score == 1.0
        assert likeness(column.label.zh, table, column.name).score == 1.0


def test_words_of_headers() -> None:
    assert words_of("CLAIM_AMT_CONSUMER") == ("claim", "amount", "consumer")
    assert words_of("buyerUserID") == ("buyer", "user", "id")
    assert words_of("No. of cases") == ("count", "cases")


@pytest.mark.parametrize("header", ["", " ", "???", "  __  ", "\ufeff", "💩", "a" * 300, "订" * 300])
def test_any_text_may_be_a_header(header: str) -> None:
    for table in INPUT_TABLES.values():
        for column in table.column_names:
            assert 0.0 <= likeness(header, table.name, column).score <= 1.0
