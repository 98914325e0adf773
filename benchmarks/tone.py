"""How well, and how fast, the tone lists read: ``python -m benchmarks.tone ../shared/data [--fit]``.

Reads COLD dev and CPED valid (Apache-2.0; not part of the project) and prints the figures of ``tone.md``. Each text
belongs to one of two halves by the hash of its words: lists and model were made looking at the even half only, and the
odd half is reported. The model that ships is fitted on both halves (``--fit`` writes it); its figures here come from
models fitted on the other half, so that no text is judged by a model that has seen it.
"""

import hashlib
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import polars as pl
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from transforms.simulation.phrases import PHRASES
from transforms.tone import ACTS, HOSTILE_FROM, Lexicon, build_lexicon, score_messages, score_tone, tone_weights

_ROOT = Path(__file__).parents[1]
_LISTS = _ROOT / "transforms" / "tone" / "lexicon"
_READINGS = Path(__file__).with_name("tone_readings.tsv")
_NEUTRAL = _ROOT / "tests" / "transforms" / "tone" / "neutral.txt"
_MODEL_HEAD = """# Linear model over character n-grams for hostility towards groups, in points of 0.25 log odds.
# Fitted by benchmarks/tone.py --fit on COLD dev (thu-coai/COLDataset, Apache-2.0), with CPED valid (scutcyr/CPED,
# Apache-2.0) as harmless text.
ngram\tpoints
"""
_NGRAMS = 600  # kept by |weight|·√(texts it is in); 300 and 1,200 differ by less than 0.01 of macro-F1
_PENALTY = 0.3
_POINT = 0.25  # log odds of one point
_HARMLESS_WEIGHT = 0.3  # of a CPED line against a COLD line
_NO_PART_OF_NGRAMS = "，。！？,.!?；;：:、…~ \n“”\"'()（）"
_CPED_ACTS = (
    ("apology", ("apology",)),
    ("courtesy", ("thanking",)),
    ("courtesy", ("thanking", "greeting")),
    ("refusal", ("reject",)),
    ("demand", ("command",)),
)
# Acts whose differences from CPED's labels were read by a person, and the labels they are held against.
_READ_ACTS = {"apology": "apology", "courtesy": "thanking"}
_SLOTS = {"item": "耳机", "fault": "左边没声音", "amount": "50", "day": "昨天", "n": "3", "courier": "顺丰"}
_SLOTS |= {"part": "充电线", "phone": "13800000000", "wechat": "abc123"}


def half(text: str) -> int:
    """Give the half a text belongs to: 0 to build on, 1 to report on."""
    return hashlib.sha256(text.encode()).digest()[0] % 2


def read_tables() -> dict[str, str]:
    """Read the word lists that ship."""
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(_LISTS.glob("*.tsv"))}


def read_data(folder: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Read COLD dev and CPED valid: text, label, half."""
    side = pl.col("text").map_elements(half, return_dtype=pl.Int64).alias("half")
    cold = pl.read_csv(folder / "cold" / "dev.csv").select(pl.col("TEXT").alias("text"), pl.col("label"), "topic")
    cped = pl.read_csv(folder / "cped" / "valid.csv").select(
        pl.col("Utterance").alias("text"), pl.col("DA").alias("label")
    )
    return cold.with_columns(side), cped.drop_nulls("text").with_columns(side)


def _counts(texts: Iterable[str], ngrams: list[str]) -> np.ndarray:
    """Count n-grams as the scorer sees them: the leftmost, of several at one place the longest."""
    longest_first = sorted(ngrams, key=lambda ngram: (-len(ngram), ngram))
    place = {ngram: i for i, ngram in enumerate(ngrams)}
    found = pl.Series(texts, dtype=pl.String).str.extract_many(longest_first, leftmost=True)
    counts = np.zeros((len(found), len(ngrams)), dtype=np.float32)
    for row, matches in enumerate(found.to_list()):
        for match in matches:
            counts[row, place[match]] += 1
    return counts


def _choose(texts: list[str], labels: np.ndarray, weights: np.ndarray) -> list[str]:
    """Choose n-grams of one to three characters by a first fit on all of them."""
    vectorizer = CountVectorizer(analyzer="char", ngram_range=(1, 3), min_df=4, binary=True)
    matrix = vectorizer.fit_transform(texts)
    first = LogisticRegression(C=0.1, max_iter=500).fit(matrix, labels, sample_weight=weights)
    names = vectorizer.get_feature_names_out()
    usable = np.array([not any(c in _NO_PART_OF_NGRAMS for c in name) and not name.isdigit() for name in names])
    weight = np.abs(first.coef_[0]) * np.sqrt(np.asarray(matrix.sum(0)).ravel()) * usable
    return [str(names[i]) for i in np.argsort(-weight, kind="stable")[:_NGRAMS]]


def fit_model(cold: pl.DataFrame, cped: pl.DataFrame) -> str:
    """Fit the model: whole points for n-grams, as the text of ``model.tsv``."""
    texts = [*cold["text"], *cped["text"]]
    labels = np.array([*cold["label"], *[0] * cped.height])
    weights = np.array([1.0] * cold.height + [_HARMLESS_WEIGHT] * cped.height)
    ngrams = _choose(texts, labels, weights)
    for _ in range(2):  # without the n-grams that came out as 0 the others get what they took
        fitted = LogisticRegression(C=_PENALTY, max_iter=1_000).fit(
            _counts(texts, ngrams), labels, sample_weight=weights
        )
        points = {ngram: round(weight / _POINT) for ngram, weight in zip(ngrams, fitted.coef_[0], strict=True)}
        ngrams = [ngram for ngram, value in points.items() if value]
    lines = [f"(intercept)\t{round(fitted.intercept_[0] / _POINT)}"]
    lines += [f"{ngram}\t{points[ngram]}" for ngram in sorted(ngrams, key=lambda ngram: (-points[ngram], ngram))]
    return _MODEL_HEAD + "\n".join(lines) + "\n"


def _flagged(texts: pl.DataFrame, lexicon: Lexicon) -> pl.DataFrame:
    """Score texts of unknown sender as a buyer's."""
    frame = texts if "sender" in texts.columns else texts.with_columns(pl.lit("buyer").alias("sender"))
    scored = score_messages(frame.lazy(), lexicon).collect()
    return scored.with_columns((pl.col("hostility") >= HOSTILE_FROM).alias("hostile"))


def _share(found: pl.Series) -> float:
    """Give the share that is true."""
    return int(found.sum()) / found.len()


def _macro_f1(truth: pl.Series, found: pl.Series) -> float:
    """Mean of the F1 of both classes."""
    scores = []
    for value in (True, False):
        true, told = truth == value, found == value
        scores.append(2 * int((true & told).sum()) / (int(true.sum()) + int(told.sum())))
    return sum(scores) / 2


def _precision_recall(truth: pl.Series, found: pl.Series) -> str:
    hits, told, true = int((truth & found).sum()), int(found.sum()), int(truth.sum())
    return f"precision {hits / max(1, told):.2f} recall {hits / max(1, true):.2f} (n = {true})"


def report_cold(cold: pl.DataFrame, cped: pl.DataFrame) -> None:
    """Print how hostility finds offensive posts: the lists alone, and with models fitted on the other half."""
    tables = read_tables()
    lists_only = build_lexicon(tables | {"model.tsv": ""})
    for side in (0, 1):
        judged, other = cold.filter(pl.col("half") == side), 1 - side
        fitted = fit_model(cold.filter(pl.col("half") == other), cped.filter(pl.col("half") == other))
        for name, lexicon in (("lists", lists_only), ("with model", build_lexicon(tables | {"model.tsv": fitted}))):
            scored = _flagged(judged, lexicon)
            truth, found = scored["label"] == 1, scored["hostile"]
            part = "built on" if side == 0 else "held out"
            print(f"COLD {part}, {name}: macro-F1 {_macro_f1(truth, found):.3f}, {_precision_recall(truth, found)}")
            harmless = _flagged(cped.filter(pl.col("half") == side), lexicon)["hostile"]
            print(f"  CPED lines flagged hostile: {_share(harmless):.4f}")


def report_cped(cped: pl.DataFrame) -> None:
    """Print how acts agree with the dialogue acts of TV dialogue."""
    scored = _flagged(cped, build_lexicon(read_tables()))
    for act, labels in _CPED_ACTS:
        for side, name in ((0, "built on"), (1, "held out")):
            lines = scored.filter(pl.col("half") == side)
            print(f"CPED {name}, {act} against {'+'.join(labels)}: ", end="")
            print(_precision_recall(lines["label"].is_in(labels), lines[act]))


def report_readings(cped: pl.DataFrame) -> None:
    """Print how the acts fare where a person reads the lines on which they differ from CPED's labels."""
    lines = _flagged(cped, build_lexicon(read_tables())).with_row_index("line")
    readings = pl.read_csv(_READINGS, separator="\t", comment_prefix="#").cast({"line": pl.UInt32})
    for act, label in _READ_ACTS.items():
        differ = (
            lines.filter(pl.col(act) != (pl.col("label") == label))
            .with_columns(pl.when(act).then(pl.lit("found")).otherwise(pl.lit("missed")).alias("kind"))
            .join(readings.filter(pl.col("act") == act).drop("act"), on=["line", "kind"], how="left")
            .with_columns(pl.col("reading", "reason").fill_null("not read"))
        )
        for side, name in ((0, "built on"), (1, "held out")):
            part = differ.filter(pl.col("half") == side)
            hits = lines.filter((pl.col("half") == side) & pl.col(act) & (pl.col("label") == label)).height
            counts = dict(part.group_by(pl.concat_str("kind", "reading", separator=" ")).len().iter_rows())
            right, wrong, missed = (counts.get(key, 0) for key in ("found right", "found wrong", "missed wrong"))
            right += hits
            print(f"CPED {name}, {act} as read: ", end="")
            print(f"precision {right}/{right + wrong}, recall {right}/{right + missed}")
            for row in sorted(part.group_by("kind", "reading", "reason").len().iter_rows()):
                print("  {}, {}: {}: {}".format(*row))


def report_neutral() -> None:
    """Print how often ordinary service talk is taken for hostile."""
    lines = [line.split("\t") for line in _NEUTRAL.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    frame = pl.DataFrame(lines, schema=["sender", "text"], orient="row")
    scored = _flagged(frame, build_lexicon(read_tables())).with_columns(
        pl.col("text").map_elements(half, return_dtype=pl.Int64).alias("half")
    )
    for side, name in ((0, "built on"), (1, "held out")):
        lines_of = scored.filter(pl.col("half") == side)
        acts = ", ".join(f"{act} {lines_of[act].sum()}" for act in ("insult", "threat", "demand"))
        print(f"neutral {name}: {lines_of['hostile'].sum()} of {lines_of.height} flagged hostile; {acts}")


def report_simulator() -> None:
    """Print how acts agree with those that the simulator's author had in mind, who did not know the lists."""
    rows = [
        (speaker, phrase.format_map(_SLOTS), act, half(phrase))
        for (speaker, _, act), phrases in PHRASES.items()
        for phrase in phrases
    ]
    frame = pl.DataFrame(rows, schema=["sender", "text", "label", "half"], orient="row")
    scored = _flagged(frame, build_lexicon(read_tables())).filter(pl.col("half") == 1)
    for act in ACTS:
        print(f"simulator held out, {act}: {_precision_recall(scored['label'] == act, scored[act])}")
    calm = scored.filter(~pl.col("label").is_in(["insult", "threat", "demand"]))
    print(f"simulator held out, other lines flagged hostile: {calm['hostile'].sum()} of {calm.height}")


def _seconds(plan: pl.LazyFrame) -> tuple[float, float]:
    """Run a plan; give wall and processor seconds."""
    wall, processor = time.perf_counter(), time.process_time()
    plan.collect(engine="streaming")
    return time.perf_counter() - wall, time.process_time() - processor


def _time(name: str, frame: pl.DataFrame, lexicon: Lexicon) -> None:
    """Print throughput beside a plain reference: one pass that lists all matches of the same patterns."""
    size = int(frame["text"].str.len_bytes().sum()) / 1e6
    lazy = frame.lazy().select("sender", "text")
    scored = score_messages(lazy.unique(), lexicon)
    matched = pl.col("text").str.extract_many(list(lexicon.patterns), leftmost=True)
    plans = {
        "matches only": lazy.select(matched.list.len()),
        "each message": score_messages(lazy, lexicon),
        "each wording once": lazy.join(scored, on=["sender", "text"], how="left", maintain_order="left"),
    }
    distinct = frame["text"].n_unique() / frame.height
    print(f"{name}: {frame.height:,} messages, {size:.0f} MB, {distinct:.0%} distinct")
    for kind, plan in plans.items():
        wall, processor = _seconds(plan)
        print(f"  {kind}: {size / wall:.0f} MB/s, by processor time on two cores {2 * size / processor:.0f} MB/s")


def report_speed(cold: pl.DataFrame, cped: pl.DataFrame, messages: int = 200_000) -> None:
    """Print throughput of both stages."""
    rng = np.random.default_rng(1)
    lexicon = build_lexicon(read_tables())
    # A lexicon is compiled once in a process, which is not what is measured.
    score_messages(pl.LazyFrame({"sender": ["buyer"], "text": [""]}), lexicon).collect()
    senders = pl.Series("sender", ["buyer", "seller"] * (messages // 2))
    posts = cold["text"].sample(messages, with_replacement=True, seed=1).rename("text")
    lines = cped["text"].filter(cped["text"].str.len_chars() > 3)  # noqa: PLR2004 - shorter ones are no messages
    pairs = (
        lines.sample(messages, with_replacement=True, seed=2)
        + "，"
        + lines.sample(messages, with_replacement=True, seed=3)
    )
    phrases = pl.Series([phrase.format_map(_SLOTS) for group in PHRASES.values() for phrase in group])
    chats = phrases.sample(messages, with_replacement=True, seed=4)
    for name, text in (("COLD posts", posts), ("CPED pairs of lines", pairs), ("simulated chat", chats)):
        _time(name, pl.DataFrame([senders, text.alias("text")]), lexicon)
    acts = {act: rng.random(10 * messages) < 0.1 for act in ACTS}  # noqa: PLR2004 - a tenth of messages
    frame = pl.DataFrame(
        {
            "dispute_id": pl.Series(np.repeat(np.arange(messages), 10)).cast(pl.String),
            "sender": np.array(["buyer", "seller"])[rng.integers(0, 2, 10 * messages)],
            "audience": np.array(["counterparty", "agent"])[rng.integers(0, 2, 10 * messages)],
            "sent_at": pl.Series(rng.integers(0, 10**6, 10 * messages) * 10**6).cast(pl.Datetime("us", "UTC")),
            "hostility": rng.random(10 * messages),
            **acts,
        }
    ).with_columns(pl.lit(value=True).alias("counted"))
    start = time.perf_counter()
    rulings = frame.lazy().select("dispute_id", pl.lit(None, pl.Datetime("us", "UTC")).alias("ruled_at")).unique()
    parts = score_tone(frame.lazy(), rulings, tone_weights({})).collect(engine="streaming")
    print(f"score_tone: {frame.height:,} messages to {parts.height:,} parts in {time.perf_counter() - start:.1f} s")


def main() -> None:
    """Run the benchmark."""
    cold, cped = read_data(Path(sys.argv[1]))
    if "--fit" in sys.argv:
        (_LISTS / "model.tsv").write_text(fit_model(cold, cped), encoding="utf-8")
    report_cold(cold, cped)
    report_cped(cped)
    report_readings(cped)
    report_neutral()
    report_simulator()
    report_speed(cold, cped)


if __name__ == "__main__":
    main()
