"""How far a run is: told by who does the work, for every stage that works piece by piece."""

import pytest

from flows.artifacts import STAGES, claim_rows, headline, plain, share_done
from flows.executor import Threads
from flows.pipeline import Steps
from flows.progress import listening, told
from flows.stages import Stopwatch
from tests.builders import deliver, settings_for
from tests.conftest import LATER, Built, copied


def test_an_executor_tells_how_many_parts_are_done() -> None:
    heard: list[float] = []
    with listening(heard.append):
        assert Threads(2).start("double", lambda part: 2 * part, range(4))() == [0, 2, 4, 6]
    assert heard == [0.25, 0.5, 0.75, 1.0]


def test_nobody_has_to_listen() -> None:
    assert list(told("ab", 2)) == ["a", "b"]


def test_stages_of_a_run_are_those_that_are_counted(release: Built) -> None:
    begun: list[str] = []
    heard: list[tuple[str, float]] = []
    root = copied(release, release.root.with_name("progress"))
    deliver(root / "inbox", LATER)
    Steps(settings_for(root), Stopwatch(begun.append, on_share=lambda share: heard.append((begun[-1], share)))).run()
    assert begun == list(STAGES)
    assert {stage for stage, _ in heard} >= {"ingest", "score"}
    assert heard[-1][1] == 1


def test_shares_of_the_stages_add_up_to_a_run() -> None:
    assert share_done("ingest", 0) == 0
    assert share_done("publish", 1) == 100
    shares = [share_done(stage, share) for stage in STAGES for share in (0, 0.5, 1)]
    assert shares == sorted(shares)
    assert share_done("done", 1) == 100


def test_the_headline_is_the_answer_of_the_report(release: Built) -> None:
    text = headline(release.result.database, ["moved: outcome buyer_wins: 40.0% before, 60.0% now"])
    assert text.startswith("## The answer")
    assert "### What cannot be concluded" in text
    assert r"moved: outcome buyer\_wins" in text


@pytest.mark.parametrize("text", ["<img src=x>", "[a](javascript:b)", "*a* _b_ `c`", "# head", "a | b", "![x](y)"])
def test_nothing_in_the_headline_acts_as_markup(text: str) -> None:
    from markdown_it import MarkdownIt  # noqa: PLC0415 - a reader of Markdown that Prefect brings

    html = MarkdownIt("commonmark").render(plain(text))
    assert html.startswith("<p>")
    assert html.count("<") == 2


def test_claims_are_rows_with_a_verdict_each(release: Built) -> None:
    rows = claim_rows(release.result.database)
    assert len(rows) > 30
    assert {"claim", "statement", "verdict", "n", "effect_pp", "low", "high", "q"} == set(rows[0])
    assert all(row["effect_pp"] is None for row in rows if row["n"] == "fewer than 10")
