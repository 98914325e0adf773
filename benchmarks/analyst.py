"""The analyst's plain script: pandas and statsmodels, everything in memory, word counts for tone, one logit.

What a capable analyst writes in an afternoon; the pipeline has to be faster although it does far more.

Usage: python -m benchmarks.analyst BATCH OUT
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import statsmodels.api as sm

RULED = ("seller_wins", "partial", "buyer_wins")
PARTIES = ("buyer", "seller")
RUDE = "骗子|不要脸|垃圾|滚|有病|无赖|恶心|废物|等着|告你|曝光"
KIND = "谢谢|感谢|抱歉|对不起|不好意思|麻烦|您好|辛苦"
FACTORS = ("evidence", "rules", "rude", "kind", "reputation")


def read(batch: Path, table: str, times: list[str]) -> pd.DataFrame:
    """Reads every file of a table."""
    parts = [pd.read_csv(path) for path in sorted(batch.glob(f"{table}*.csv"))]
    frame = pd.concat(parts, ignore_index=True)
    for column in times:
        frame[column] = pd.to_datetime(frame[column], format="ISO8601")
    return frame


def before_ruling(frame: pd.DataFrame, disputes: pd.DataFrame, time: str) -> pd.DataFrame:
    """Keeps what was known before the ruling."""
    merged = frame.merge(disputes[["dispute_id", "ruled_at"]], on="dispute_id")
    return merged[merged["ruled_at"].isna() | merged[time].isna() | (merged[time] < merged["ruled_at"])]


def per_party(frame: pd.DataFrame, party: str, value: str, name: str) -> pd.DataFrame:
    """Sums a value per dispute and side: columns buyer_<name> and seller_<name>."""
    wide = frame.pivot_table(index="dispute_id", columns=party, values=value, aggfunc="sum")
    return wide.reindex(columns=list(PARTIES)).add_suffix(f"_{name}")


def evidence(batch: Path, disputes: pd.DataFrame) -> pd.DataFrame:
    """Counts admitted items, clear ones double."""
    items = before_ruling(read(batch, "evidence", ["submitted_at"]), disputes, "submitted_at")
    items = items[items["admitted"].astype("boolean").fillna(True).astype(bool)]
    items["points"] = 1 + items["clear"].astype("boolean").fillna(False).astype(int)
    return per_party(items, "party", "points", "evidence")


def rules(batch: Path, disputes: pd.DataFrame) -> pd.DataFrame:
    """Counts substantiated breaches by severity, as a negative score."""
    breaches = before_ruling(read(batch, "violations", ["recorded_at"]), disputes, "recorded_at")
    weight = breaches["severity"].map({"minor": 1, "major": 2, "severe": 3}).fillna(1.5)
    proven = breaches["substantiated"].astype("boolean").fillna(False).astype(int)
    breaches["points"] = -weight * proven
    return per_party(breaches, "party", "points", "rules")


def tone(batch: Path, disputes: pd.DataFrame) -> pd.DataFrame:
    """Counts rude and kind words."""
    messages = before_ruling(read(batch, "messages", ["sent_at"]), disputes, "sent_at")
    messages = messages[messages["sender"].isin(PARTIES)]
    messages["rude"] = -messages["text"].str.count(RUDE)
    messages["kind"] = messages["text"].str.count(KIND)
    return per_party(messages, "sender", "rude", "rude").join(per_party(messages, "sender", "kind", "kind"))


def reputation(batch: Path, disputes: pd.DataFrame) -> pd.DataFrame:
    """Takes each side's credit at the last snapshot before the dispute was opened."""
    shots = read(batch, "reputation", ["as_of"]).sort_values("as_of")
    known = disputes.dropna(subset=["opened_at"]).sort_values("opened_at")
    columns = {}
    for party in PARTIES:
        side = shots[["user_id", "as_of", "credit_score"]].rename(columns={"user_id": f"{party}_id"})
        merged = pd.merge_asof(
            known[["dispute_id", "opened_at", f"{party}_id"]],
            side,
            left_on="opened_at",
            right_on="as_of",
            by=f"{party}_id",
            allow_exact_matches=False,
        )
        columns[f"{party}_reputation"] = merged.set_index("dispute_id")["credit_score"]
    return pd.DataFrame(columns)


def advantages(batch: Path, disputes: pd.DataFrame) -> pd.DataFrame:
    """One row per dispute with the advantage in each factor, standardised."""
    parts = [make(batch, disputes) for make in (evidence, rules, tone)]
    scores = disputes.set_index("dispute_id").join(parts).join(reputation(batch, disputes))
    for factor in FACTORS:
        sides = scores[[f"buyer_{factor}", f"seller_{factor}"]].astype(float)
        filled = sides.fillna(sides.mean() if factor == "reputation" else 0.0)
        advantage = filled[f"buyer_{factor}"] - filled[f"seller_{factor}"]
        scores[f"{factor}_advantage"] = (advantage - advantage.mean()) / advantage.std()
    return scores


def analyse(batch: Path, out: Path) -> None:
    """Reads a batch and writes the tables and the logit's summary.

    Args:
        batch: Folder of CSV files.
        out: Folder to write to; made if absent.
    """
    out.mkdir(parents=True, exist_ok=True)
    disputes = read(batch, "disputes", ["opened_at", "ruled_at"])
    scores = advantages(batch, disputes)
    scores["month"] = scores["ruled_at"].dt.strftime("%Y-%m")
    for slice_by in ("category", "claim", "month", "decided_by"):
        counts = scores.groupby([slice_by, "outcome"]).size().unstack(fill_value=0)
        counts.div(counts.sum(axis=1), axis=0).to_csv(out / f"rates_{slice_by}.csv")
    ruled = scores[scores["outcome"].isin(RULED)].dropna(subset=["seller_id", "item_price_cny"])
    names = [f"{factor}_advantage" for factor in FACTORS]
    for name in names:
        level = pd.qcut(ruled[name].rank(method="first"), 5, labels=False)
        ruled.groupby([level, "outcome"]).size().unstack(fill_value=0).to_csv(out / f"levels_{name}.csv")
    dummies = pd.get_dummies(ruled[["category", "claim"]], drop_first=True, dtype=float)
    design = sm.add_constant(pd.concat([ruled[names], np.log(ruled["item_price_cny"]), dummies], axis=1))
    model = sm.Logit((ruled["outcome"] == "buyer_wins").astype(float), design)
    sellers = pd.factorize(ruled["seller_id"])[0]
    fit = model.fit(disp=0, cov_type="cluster", cov_kwds={"groups": sellers})
    (out / "logit.txt").write_text(fit.summary().as_text(), encoding="utf-8")


if __name__ == "__main__":
    analyse(Path(sys.argv[1]), Path(sys.argv[2]))
