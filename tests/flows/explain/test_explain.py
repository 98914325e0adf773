"""What a person reads of one dispute, in both languages, and what a program reads."""

import json
from pathlib import Path

import duckdb
import pytest
from rich.cells import cell_len

from flows.cli import app, call
from flows.explain import Language, explain, language_of
from flows.explain.layout import WIDTH
from flows.settings import Layout
from tests.flows.explain.cases import ADVANTAGES, OWN, Neighbours, write_release

HERE = Path(__file__).parent
#: What a terminal obeys: an escape sequence, its one-character form, a change of direction, a separator of lines.
CONTROLS = ("\x1b", "\x9b", "\u202e", "\u2028", "\x07", "\u200b")


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    """The worked example; it must not be changed."""
    return write_release(tmp_path_factory.mktemp("worked") / "data")


@pytest.mark.parametrize("language", list(Language))
def test_the_worked_example_line_by_line(worked: Layout, language: Language) -> None:
    # Worked by hand beside what cases.py writes down:
    # shares: 25 of 40, every seller once, so Wilson's plain interval: 0.6140 ± 0.1437; none of 40: 0 to z²/(40 + z²).
    # model: the evidence of the ruled is 0.5 on average (P1 and P2 too), so eta = 0 and P(buyer) = 1 - 1/(1 + e^-0.5).
    # reputation: P1 is known, P2 was closed at the very opening; the snapshot of the opening is too late.
    expected = (HERE / f"worked_{language}.txt").read_text(encoding="utf-8").splitlines()
    assert explain(worked, OWN, language).splitlines() == expected


def test_json_says_what_the_text_says(worked: Layout) -> None:
    text = explain(worked, OWN, Language.EN)
    told = json.loads(explain(worked, OWN, Language.EN, json=True))
    unwrapped = " ".join(text.split())
    for fact in told["facts"]:
        said = fact["detail"].get("text")
        assert said is None or f"“{said}”" in unwrapped
        assert fact["at"] is None or fact["at"][:16].replace("T", " ") in text
    points = [part["points"] for factor in told["scores"]["factors"] for side in ("buyer", "seller")
              for part in factor[side]["parts"]]  # fmt: skip
    assert sum(line.startswith(("    +", "    −", "    ±")) for line in text.splitlines()) == len(points)
    for outcome in told["like_cases"]["outcomes"]:
        assert f"{outcome['share']:.1%} ({outcome['n']} of 40" in text
    assert f"a probability of {told['ruling']['model']['probability']:.1%}" in unwrapped
    assert {each["factor"]: each["advantage"] for each in told["scores"]["factors"]} == ADVANTAGES
    assert told["case"]["refunded_cny"] == 250
    assert told["case"]["opened_at"] == "2026-05-01T08:00:00+08:00"


def test_json_has_chinese_as_it_is(worked: Layout) -> None:
    assert "您好，这不是正品" in explain(worked, OWN, Language.EN, json=True)


def test_facts_are_counted_or_say_why_not(worked: Layout) -> None:
    told = json.loads(explain(worked, OWN, Language.EN, json=True))
    standings = {fact["fact_id"]: fact["standing"] for fact in told["facts"]}
    assert standings == {
        "M1": "counted", "M4": "no_side", "E1": "counted", "E2": "rejected", "M2": "counted", "V1": "counted",
        "E4": "after_ruling", "V2": "after_ruling", "M3": "after_ruling", "E3": "counted",
    }  # fmt: skip
    assert list(standings) == ["M1", "M4", "E1", "E2", "M2", "V1", "E4", "V2", "M3", "E3"]


def test_an_open_dispute_counts_all_and_is_not_compared(tmp_path: Path) -> None:
    own = {"outcome": None, "ruled_at": None, "is_ruled": False, "decided_by": None, "decider_id": None,
           "votes_buyer": None, "votes_seller": None}  # fmt: skip
    layout = write_release(tmp_path / "data", own=own)
    with duckdb.connect(str(layout.database)) as connection:
        for table in ("evidence", "violations", "messages"):
            connection.execute(f"update core.{table} set counted = true")
    text = explain(layout, OWN, Language.EN)
    assert "Ruled      still open\n  Outcome    still open" in text
    assert text.count("No time of a ruling is recorded, so facts of any time count.") == 2
    assert "before the ruling" not in text
    assert "Nobody has ruled, so there is nothing to compare." in text
    assert "25 of 40" in text


def test_a_settled_dispute_is_closed_and_not_ruled(tmp_path: Path) -> None:
    layout = write_release(tmp_path / "data", own={"outcome": "settled", "is_ruled": False, "decided_by": None})
    text = explain(layout, OWN, Language.ZH)
    assert "结束" in text
    assert "协商一致" in text
    assert "没有判定，无从比较。" in text


def test_what_was_not_delivered_is_said(tmp_path: Path) -> None:
    nothing = {f"{side}_{factor}": None for side in ("buyer", "seller") for factor in ADVANTAGES}
    nothing |= {f"{factor}_advantage": None for factor in (*ADVANTAGES, "overall")}
    layout = write_release(tmp_path / "data", scores=nothing)
    with duckdb.connect(str(layout.database)) as connection:
        for table in ("evidence", "violations", "messages", "score_parts", "reputation"):
            connection.execute(f"delete from core.{table}")
    text = explain(layout, OWN, Language.EN)
    for what in ("Evidence", "Breaches", "Messages"):
        assert text.count(f"{what}: not recorded, the dispute's batch has no such table.") == 2
    assert text.count("Reputation before 2026-05-01 08:00: not recorded.") == 2
    assert text.count(": not recorded\n") >= 8
    assert "overall     not recorded" in text
    assert "Its levels: evidence not recorded;" in text


def test_a_table_that_was_delivered_without_rows_is_told_from_one_that_was_not(tmp_path: Path) -> None:
    layout = write_release(tmp_path / "data")
    with duckdb.connect(str(layout.database)) as connection:
        connection.execute("delete from core.messages")
        connection.execute("insert into meta.files (file_id, batch, table_name) values ('f2', 'b', 'messages')")
    assert explain(layout, OWN, Language.EN).count("Messages: none written.") == 2


def test_text_from_the_data_cannot_steer_the_terminal(tmp_path: Path) -> None:
    layout = write_release(tmp_path / "data", own={"decider_id": "d\x1b[31m\x9b2J\u202e"})
    hostile = "".join(CONTROLS) + "[31m第一行\n\r第二行\t" + "很长" * 200
    with duckdb.connect(str(layout.database)) as connection:
        connection.execute("update core.messages set text = $text where message_id = 'M1'", {"text": hostile})
        connection.execute("update core.messages set text = $text where message_id = 'M2'", {"text": "x" * 150})
    text, told = (explain(layout, OWN, Language.EN, json=as_json) for as_json in (False, True))
    assert not [each for each in CONTROLS if each in text or each in told]
    assert "d[31m2J" in text
    assert "[31m第一行 第二行 很长" in json.loads(told)["facts"][0]["detail"]["text"]
    assert "很…”" in text or "长…”" in text
    assert max(map(cell_len, text.splitlines())) <= WIDTH


def test_an_unknown_id_names_the_closest(worked: Layout, capsys: pytest.CaptureFixture[str]) -> None:
    status = call(lambda: app(["explain", "d-2\x1b", "--data", str(worked.root)], result_action="return_value"))
    said = capsys.readouterr()
    assert status == 2
    assert said.out == ""
    # Edits, whatever the case: D-1 one, P2 two, P1 three; those of the neighbours (N0-002) at least four.
    assert said.err == "rulings: there is no dispute 'd-2'; the closest ids are D-1, P2, P1\n"


def test_without_a_release_there_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status = call(lambda: app(["explain", "D1", "--data", str(tmp_path)], result_action="return_value"))
    assert status == 1
    assert "there is no release in" in capsys.readouterr().err


def test_a_database_that_is_none_of_ours_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    layout = Layout(tmp_path)
    layout.database.parent.mkdir()
    layout.database.write_bytes(b"not a database" * 100)
    assert call(lambda: app(["explain", "D1", "--data", str(tmp_path)], result_action="return_value")) == 1
    assert "cannot be read by this version" in capsys.readouterr().err


def test_the_language_is_asked_for_or_that_of_the_environment(
    worked: Layout, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def first_line(*options: str) -> str:
        app(["explain", OWN, "--data", str(worked.root), *options], result_action="return_value")
        return capsys.readouterr().out.splitlines()[0]

    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    assert first_line().startswith("纠纷 D-1")
    assert first_line("--lang", "en").startswith("Dispute D-1")
    assert first_line("--json") == "{"
    monkeypatch.setenv("LANG", "C.UTF-8")
    assert first_line().startswith("Dispute D-1")
    assert language_of({}) is Language.EN


def test_reading_changes_nothing(worked: Layout) -> None:
    before = worked.database.read_bytes()
    explain(worked, OWN, Language.EN)
    assert worked.database.read_bytes() == before
    assert sorted(path.name for path in worked.database.parent.iterdir()) == ["rulings.duckdb"]


def test_other_disputes_of_the_release_do_not_leak_into_the_facts(tmp_path: Path) -> None:
    layout = write_release(tmp_path / "data", [Neighbours({"buyer_wins": 1})])
    told = json.loads(explain(layout, "N0-000", Language.EN, json=True))
    assert told["facts"] == []
    assert told["case"]["dispute_id"] == "N0-000"
