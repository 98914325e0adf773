"""How well, and how fast, personal data is masked: ``python -m benchmarks.privacy [../shared/data] [--failures]``.

Reads ``privacy_lines.txt`` and prints the figures of ``privacy.md``. Each line belongs to one of two halves by the hash
of its text: the patterns were made looking at the even half only, and the odd half is reported. With a folder that
holds COLD dev and CPED valid (Apache-2.0; not part of the project) the speed on other people's texts is measured too.
``--failures`` shows the lines of the even half that are not masked as they should be.
"""

import hashlib
import re
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from flows.sample import write_sample
from transforms.privacy.kinds import PersonalData
from transforms.privacy.mask import mask_text

LINES = Path(__file__).parent / "privacy_lines.txt"
EVEN, ODD = 0, 1
RECALL_AIM, PRECISION_AIM = 0.98, 0.95
_MARK = re.compile(r"\{([^|{}]+)\|([^{}]+)\}")
_MASK = re.compile("|".join(re.escape(kind.mask) for kind in PersonalData))
_MESSAGES = 500_000


@dataclass(frozen=True)
class Line:
    """One labelled line.

    Attributes:
        text: As it would be written in a chat.
        masked: As it should be after masking.
        values: What must not be left of it.
    """

    text: str
    masked: str
    values: tuple[str, ...]

    @property
    def half(self) -> int:
        """0 to build on, 1 to report on."""
        return hashlib.sha256(self.text.encode()).digest()[0] % 2


@dataclass(frozen=True)
class Score:
    """How well one kind of personal data is found.

    Attributes:
        kind: Its mask.
        labelled: How often it occurs.
        found: How often it is masked as what it is.
        masked: How often something is masked as it.
    """

    kind: str
    labelled: int
    found: int
    masked: int

    @property
    def recall(self) -> float:
        """Share of its occurrences that are found."""
        return self.found / self.labelled if self.labelled else 1.0

    @property
    def precision(self) -> float:
        """Share of its masks that are right."""
        return self.found / self.masked if self.masked else 1.0


def read_lines(path: Path = LINES) -> list[Line]:
    """Read the labelled lines; ``{kind|value}`` marks what must be masked, and as what."""
    written = [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    return [
        Line(_MARK.sub(r"\2", line), _MARK.sub(r"[\1]", line), tuple(found[1] for found in _MARK.findall(line)))
        for line in written
    ]


def masked_lines(lines: list[Line]) -> list[str]:
    """Mask the lines."""
    return mask_text(pl.Series([line.text for line in lines], dtype=pl.String)).to_list()


def scores(lines: list[Line]) -> list[Score]:
    """Compare the masks of each line with its labels, kind by kind.

    Args:
        lines: Labelled lines.

    Returns:
        One score for each kind that occurs, in the order of `PersonalData`. A kind is found in a line as often as it is
        both labelled and masked there.
    """
    labelled, found, masked = Counter[str](), Counter[str](), Counter[str]()
    for line, result in zip(lines, masked_lines(lines), strict=True):
        wanted, got = Counter(_MASK.findall(line.masked)), Counter(_MASK.findall(result))
        labelled += wanted
        masked += got
        found += wanted & got
    kinds = [kind.mask for kind in PersonalData]
    return [Score(kind, labelled[kind], found[kind], masked[kind]) for kind in kinds if labelled[kind] or masked[kind]]


def failures(lines: list[Line]) -> list[tuple[str, str]]:
    """Return text and result of the lines that are not masked exactly as labelled, word for word."""
    return [
        (line.text, result) for line, result in zip(lines, masked_lines(lines), strict=True) if result != line.masked
    ]


def _print_scores(title: str, lines: list[Line]) -> None:
    print(f"\n## {title}, {len(lines)} lines\n")
    print("| kind | labelled | recall | precision |\n|---|---:|---:|---:|")
    for score in scores(lines):
        print(f"| {score.kind} | {score.labelled} | {score.recall:.3f} | {score.precision:.3f} |")
    without = [line for line in lines if not line.values]
    touched = sum(line.text != result for line, result in zip(without, masked_lines(without), strict=True))
    print(
        f"\nWord for word as labelled: {len(lines) - len(failures(lines))} of {len(lines)}; look-alikes touched: ",
        end="",
    )
    print(f"{touched} of {len(without)}.")


def _texts(data: Path | None, lines: list[Line]) -> dict[str, pl.Series]:
    """Texts to measure the speed on: chats of the simulator, and of others with a labelled line after some."""
    labelled = pl.Series([line.text for line in lines])
    with TemporaryDirectory() as folder:
        write_sample(Path(folder), 20_000, 20260701)
        chat = pl.concat([pl.read_csv(path) for path in sorted(Path(folder).glob("messages*"))])["text"].drop_nulls()
    texts = {"simulated chat": chat}
    if data is not None:
        posts = pl.read_csv(data / "cold" / "dev.csv")["TEXT"].drop_nulls()
        said = pl.read_csv(data / "cped" / "valid.csv", encoding="utf8-lossy")["Utterance"].drop_nulls()
        pairs = _sampled(said, 1) + "，" + _sampled(said, 2)
        texts |= {"COLD posts": posts, "pairs of CPED lines": pairs}
        some = pl.Series([place % 10 == 0 for place in range(_MESSAGES)])
        with_data = pairs + "，" + _sampled(labelled, 3)
        texts["the same, a tenth with a labelled line"] = with_data.zip_with(some, pairs)
        texts["the same, each with a labelled line"] = with_data
    texts["labelled lines alone, over and over"] = labelled
    return {name: _laid_out(_sampled(text, 4)) for name, text in texts.items()}


def _sampled(text: pl.Series, seed: int) -> pl.Series:
    return text.sample(_MESSAGES, with_replacement=True, seed=seed)


def _laid_out(text: pl.Series) -> pl.Series:
    """Lay texts out one after the other, as a file's reader does; a sample only points to where they are."""
    return pl.Series(text.to_list(), dtype=pl.String)


def _print_speed(texts: dict[str, pl.Series]) -> None:
    print("\n## Speed\n\n| texts | MB | MB per second of processor time | MB/s on two threads |\n|---|---:|---:|---:|")
    for name, text in texts.items():
        megabytes = int(text.str.len_bytes().sum()) / 1e6
        mask_text(text.head(1000))
        start = time.process_time()
        mask_text(text)
        processor = time.process_time() - start
        halves = [text.head(_MESSAGES // 2), text.tail(_MESSAGES - _MESSAGES // 2)]
        begun = time.perf_counter()
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(mask_text, halves))
        wall = time.perf_counter() - begun
        print(f"| {name} | {megabytes:.0f} | {megabytes / processor:.0f} | {megabytes / wall:.0f} |")


def main() -> None:
    """Run the benchmark."""
    folders = [Path(argument) for argument in sys.argv[1:] if not argument.startswith("--")]
    lines = read_lines()
    _print_scores("Held out", [line for line in lines if line.half == ODD])
    _print_scores("Built on", [line for line in lines if line.half == EVEN])
    if "--failures" in sys.argv:
        for text, result in failures([line for line in lines if line.half == EVEN]):
            print(f"{text}\n    {result}")
    _print_speed(_texts(folders[0] if folders else None, lines))


if __name__ == "__main__":
    main()
