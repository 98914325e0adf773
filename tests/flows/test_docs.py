"""What is made from the code is current in docs/."""

import re

from flows.docs import DICTIONARY, DOCS, GUIDE, GUIDE_QUERIES, data_dictionary, guide
from flows.query import saved_queries
from flows.settings import Layout
from tests.conftest import Built

_SQL = re.compile(r"```sql\n(.*?)\n```", re.DOTALL)


def test_the_dictionary_is_current() -> None:
    assert (DOCS / DICTIONARY).read_text(encoding="utf-8") == data_dictionary(), "run: make docs"


def test_the_guide_shows_the_queries_as_they_are() -> None:
    queries = {query.name: query.sql.strip() for query in saved_queries()}
    text = (DOCS / GUIDE).read_text(encoding="utf-8")
    assert _SQL.findall(text) == [queries[name] for name in GUIDE_QUERIES], "run: make docs"


def test_the_guide_answers_from_a_release(release: Built) -> None:
    text = guide(Layout(release.data))
    assert text.count("\n## ") == len(GUIDE_QUERIES)
