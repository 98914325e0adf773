"""marts.records_by_group on disputes counted by hand."""

import duckdb

from tests.builders import run_with_needs
from transforms.registry import output_table


def test_a_month_without_evidence_is_missing_and_one_with_little_is_not() -> None:
    with duckdb.connect() as connection:
        connection.execute("create schema core; create schema marts")
        for name in ("disputes", "factor_scores", "violations"):
            columns = ", ".join(f"{c.name} {c.kind.duckdb}" for c in output_table(f"core.{name}").columns)
            connection.execute(f"create table core.{name} ({columns})")
        for month, outcome, n, shown in ((1, "partial", 40, 0), (2, "partial", 40, 24), (3, "partial", 40, 3),
                                         (4, "partial", 33, 0), (1, "settled", 90, 90)):  # fmt: skip
            connection.execute(
                "insert into core.disputes (dispute_id, outcome, ruled_at, category) "
                f"select '{month}{outcome}' || i, '{outcome}', '2025-0{month}-15 00:00:00+00', 'home' "
                f"from range({n}) as t (i)"
            )
            connection.execute(
                "insert into core.factor_scores (dispute_id, buyer_evidence, seller_evidence) "
                f"select '{month}{outcome}' || i, case when i < {shown} then 0.5 else 0 end, 0 from range({n}) as t (i)"
            )
        run_with_needs(connection, "marts.records_by_group")
        found = connection.execute(
            "select value, n, n_recorded, is_missing from marts.records_by_group "
            "where table_name = 'evidence' and slice = 'month' order by value"
        ).fetchall()
        others = connection.execute("select count(*) from marts.records_by_group where is_missing").fetchone()
    # 40 * 24 / 40 = 24 are expected, and 33 * 24 / 40 = 19.8 are too few to tell
    assert found == [("2025-01", 40, 0, True), ("2025-02", 40, 24, False), ("2025-03", 40, 3, False),
                     ("2025-04", 33, 0, False)]  # fmt: skip
    assert others == (1,)
