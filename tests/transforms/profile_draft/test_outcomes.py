"""Who won, by the label; and labels that do not say."""

import pytest

from transforms.profile_draft.outcomes import read_counterparts, read_outcome

SURE = [
    ("buyer_wins", ["Overturned Decision of Health Plan", "Consumer", "Judgment for plaintiff", "Complaint upheld",
                    "Award in favor of consumer", "In favour of the consumer", "Claim allowed", "Appeal allowed",
                    "Claimant successful", "Default judgment for claimant", "Respondent unsuccessful",
                    "支持原告全部诉讼请求", "原告胜诉", "被告败诉", "支持买家", "買家勝訴", "Buyer Wins",
                    "被告支付原告货款1000元"]),
    ("seller_wins", ["Upheld Decision of Health Plan", "Business", "Nonconsumer", "Judgment for defendant",
                     "Claim dismissed", "Complaint not upheld", "Claimant unsuccessful", "Respondent successful",
                     "Not in favour of the consumer", "驳回原告全部诉讼请求", "驳回原告张某的诉讼请求", "原告败诉",
                     "被告胜诉", "支持卖家", "支持賣家"]),
    ("partial", ["Parcialmente Procedente", "Estimación parcial", "Teilweise begründet", "Partially upheld",
    "Claimant wins in part", "部分支持", "partial", "Both"]),
    ("settled", ["Settled", "Resolved by agreement", "Consent order", "调解结案", "协商一致", "mutual_agreement",
                 "Acordo Homologado", "Acuerdo"]),
    ("withdrawn", ["Withdrawn", "Consumer withdrew claim", "准许原告撤诉", "买家撤诉", "cancelled_by_buyer",
                   "Desistência"]),
]  # fmt: skip
LIKELY = [
    ("partial", "被告于十日内支付原告1000元；驳回原告的其他诉讼请求"),
    ("seller_wins", "Dismissed"),
    ("seller_wins", "Not upheld"),
    ("seller_wins", "Denied"),
    ("buyer_wins", "Full refund"),
    ("buyer_wins", "Procedente"),
    ("seller_wins", "Improcedente"),
    ("seller_wins", "Abgewiesen"),
    ("seller_wins", "Rejeté"),
    ("expired", "Extinto sem Resolução do Mérito"),
    ("seller_wins", "Returned to seller"),
    ("expired", "Struck out"),
    ("expired", "Administrative"),
]
OPEN = [
    "Closed by buyer",
    "Upheld",
    "Award",
    "Awarded",
    "Granted",
    "Impasse",
    "解除合同",
    "Plaintiff v Defendant",
    "42",
    "Home Owner",
]


@pytest.mark.parametrize(("value", "label"), [(value, label) for value, labels in SURE for label in labels])
def test_labels_that_leave_no_doubt(value: str, label: str) -> None:
    found = read_outcome(label)
    assert found is not None
    assert (found.value, found.is_sure) == (value, True)


@pytest.mark.parametrize(("value", "label"), LIKELY)
def test_labels_that_leave_some_doubt(value: str, label: str) -> None:
    found = read_outcome(label)
    assert found is not None
    assert (found.value, found.is_sure) == (value, False)


@pytest.mark.parametrize("label", OPEN)
def test_labels_that_do_not_say_who_won(label: str) -> None:
    assert read_outcome(label) is None


@pytest.mark.parametrize(
    ("labels", "read"),
    [
        (["Upheld", "Rejected", "Settled"], {"Upheld": "buyer_wins"}),
        # domain names: what is cancelled is the name, not the complaint
        (
            ["Transfer", "Cancellation", "Complaint denied", "Transfer denied"],
            {"Transfer": "buyer_wins", "Cancellation": "buyer_wins"},
        ),
        (["Cancellation", "Complaint denied"], {}),
        (["胜诉", "败诉", "部分支持"], {"胜诉": "buyer_wins"}),
        (["Granted", "Denied"], {"Granted": "buyer_wins"}),
        (["Upheld", "Overturned"], {"Upheld": "seller_wins"}),
        (["Upheld", "Settled"], {}),
        (["Upheld", "Overturned", "Complaint rejected"], {}),
        (["Awarded", "Dismissed on the Merits"], {}),
        (["Award for claimant", "Award for respondent"], {}),
    ],
)
def test_labels_that_say_who_won_only_beside_the_others(labels: list[str], read: dict[str, str]) -> None:
    found = read_counterparts(labels)
    assert {label: each.value for label, each in found.items()} == read
    assert not any(each.is_sure for each in found.values())
