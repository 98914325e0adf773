"""An export whose every text field holds markup that would act, were it not escaped."""

from pathlib import Path

import polars as pl

from flows.sample import write_sample
from tests.builders import csv_text

DISPUTES = 1_000
SEED = 11
#: Markup that sets `HACKED` in whichever context it lands: in text, in an attribute, in a script, in SVG.
HACKED = "hacked"
MARKUP = (
    f"<script>window.{HACKED}=1</script>",
    f"</script><script>window.{HACKED}=2</script>",
    f"<img src=x onerror=window.{HACKED}=3>",
    f"\"'><svg onload=window.{HACKED}=4>",
    f"</title></style><script>window.{HACKED}=5</script>",
    f"{{{{7*7}}}}<a href=javascript:window.{HACKED}=6>x</a>",
)
#: What may stand in the name of a file.
IN_NAMES = f"<img src=x onerror=window.{HACKED}=7>"
FACTOR = "channel"
PROFILE = f"""
name = "hostile"
[extra_factors.{FACTOR}]
column = "{MARKUP[2]}"
type = "categorical"
"""


def write_hostile_export(root: Path) -> Path:
    """Write a simulated export with markup in its texts.

    Args:
        root: Folder; the export comes to lie in ``inbox``.

    Returns:
        The profile that it is read with.
    """
    batch = root / "inbox" / f"batch {IN_NAMES}"
    write_sample(batch, DISPUTES, SEED)
    (batch / "manifest.json").unlink()
    for path in sorted(batch.iterdir()):
        table = path.name.split("-")[0].removesuffix(".csv")
        hostile = _hostile(table, pl.read_csv(path, infer_schema=False))
        path.unlink()
        hostile.write_csv(batch / f"{table} {IN_NAMES}.csv")
    # Rows that cannot be loaded are quoted in the report.
    broken = [(f"X{number} {markup}", "2026-01-01", markup, markup) for number, markup in enumerate(MARKUP)]
    columns = ("dispute_id", "opened_at", "outcome", MARKUP[2])
    (batch / "disputes-broken.csv").write_text(csv_text(columns, broken), encoding="utf-8")
    profile = root / "hostile.toml"
    profile.write_text(PROFILE, encoding="utf-8")
    return profile


def _hostile(table: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Put markup into what is free text: identifiers, messages, a column that the contract does not name."""
    number = pl.int_range(pl.len()) % len(MARKUP)
    markup = number.replace_strict(dict(enumerate(MARKUP)), return_dtype=pl.String)
    texts = {"order_id", "decider_id", "text"} & set(frame.columns)
    # The same identifier is the same text in every table.
    ids = {"dispute_id", "buyer_id", "seller_id", "user_id"} & set(frame.columns)
    changed = [pl.col(name) + " " + markup for name in sorted(texts)]
    changed += [pl.col(name) + MARKUP[1] for name in sorted(ids)]
    if table == "disputes":
        changed.append(markup.alias(MARKUP[2]))
    return frame.with_columns(changed)
