"""An explanation as text for a person and as JSON for a program; both say the same."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import date, datetime
from typing import Final

from rich.cells import cell_len

from flows.explain import words
from flows.explain.data import PROCEDURE, Case, Explanation
from flows.explain.facts import BreachDetail, EvidenceDetail, Fact, MessageDetail, Reputation, Standing
from flows.explain.layout import Line, laid_out, padded
from flows.explain.like import Level, LikeCases, OutcomeShare
from flows.explain.scores import FactorScores, Scores
from flows.explain.words import Language, named, say
from transforms.registry import Label
from transforms.registry.enumerations import FACTOR, PARTY
from transforms.registry.inputs import DISPUTES
from transforms.statistics.specs import NOT_RECORDED

_MINUS: Final = "\u2212"
_SIGNS: Final = {Standing.COUNTED: "+", Standing.NO_SIDE: "·"}


def as_json(explanation: Explanation) -> str:
    """The explanation as JSON: values of the contract, numbers as numbers, times in ISO 8601, text not escaped."""
    return json.dumps(asdict(explanation), ensure_ascii=False, indent=1, default=_plain)


def _plain(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"no JSON for {type(value).__name__}")


def as_text(explanation: Explanation, language: Language) -> str:
    """The explanation as lines of at most 100 columns.

    Args:
        explanation: What is known.
        language: Language of the text.

    Returns:
        Plain text without colours.
    """
    return laid_out(_Text(explanation, language).lines())


class _Text:
    """The text of one explanation in one language."""

    def __init__(self, explanation: Explanation, language: Language) -> None:
        self.explanation = explanation
        self.language = language

    def lines(self) -> Iterator[Line]:
        """All lines in order, a blank one between sections."""
        case = self.explanation.case
        run_id = case.run_id or self.say(words.NOT_RECORDED)
        yield Line(self.say(words.TITLE, dispute_id=case.dispute_id, run_id=run_id))
        sections = [self._case(), *(self._facts(party) for party in PARTY.values), self._no_side()]
        sections += [self._scores(), self._advantages(), self._like_cases(), self._ruling()]
        for section in sections:
            found = list(section)
            if found:
                yield Line("")
                yield from found

    def say(self, label: Label, **values: object) -> str:
        """The label in this language."""
        return say(label, self.language, **values)

    def name(self, kind: str, value: str | None) -> str:
        """The name of a value in this language."""
        return self.say(named(words.VALUES[kind], value))

    # the case

    def _case(self) -> Iterator[Line]:
        case = self.explanation.case
        yield Line(self.say(words.CASE))
        end = "ruled" if case.is_ruled or not case.outcome else "closed"
        rows = {
            "claim": self.name("claim", case.claim),
            "category": self.name("category", case.category),
            "money": self._money(case),
            "opened": self._time(case.opened_at),
            end: self._decided(case),
            "outcome": self.name("outcome", case.outcome) if case.outcome else self.say(words.OPEN),
            "buyer": case.buyer_id or self.say(words.NOT_RECORDED),
            "seller": case.seller_id or self.say(words.NOT_RECORDED),
            "procedure": self._procedure(case),
        }
        yield from self._table({self.say(words.ROWS[name]): text for name, text in rows.items()})

    def _table(self, rows: dict[str, str]) -> Iterator[Line]:
        width = max(map(cell_len, rows)) + 2
        for head, text in rows.items():
            yield Line(padded(head, width) + text, indent=2, hang=width)

    def _money(self, case: Case) -> str:
        amounts = {"item": case.item_price_cny, "claimed": case.claimed_cny, "refunded": case.refunded_cny}
        shown = {
            name: self.say(words.NOT_RECORDED) if amount is None else self.say(words.CNY, amount=amount)
            for name, amount in amounts.items()
        }
        text = self.say(words.MONEY, **shown)
        return text if case.refund_ratio is None else text + self.say(words.REFUND, percent=f"{case.refund_ratio:.1%}")

    def _time(self, moment: datetime | None) -> str:
        return self.say(words.NOT_RECORDED) if moment is None else f"{moment:%Y-%m-%d %H:%M}"

    def _decided(self, case: Case) -> str:
        if case.outcome is None and case.ruled_at is None:
            return self.say(words.OPEN)
        text = self._time(case.ruled_at)
        if case.decided_by or case.decider_id:
            who = self.name("decided_by", case.decided_by) + (f" {case.decider_id}" if case.decider_id else "")
            text = self.say(words.DECIDER, time=text, who=who)
        if case.votes_buyer is not None and case.votes_seller is not None:
            text += self.say(words.VOTES, buyer=case.votes_buyer, seller=case.votes_seller)
        return text

    def _procedure(self, case: Case) -> str:
        flags = {flag: words.ANSWERS[getattr(case, flag)] for flag in PROCEDURE}
        return self._joined(
            self.say(words.FLAG, flag=self.say(DISPUTES.column(flag).label), answer=self.say(answer))
            for flag, answer in flags.items()
        )

    def _joined(self, texts: Iterable[str], separator: Label = words.CLAUSES) -> str:
        return self.say(separator).join(texts)

    # facts

    def _facts(self, party: str) -> Iterator[Line]:
        facts = [fact for fact in self.explanation.facts if fact.party == party]
        left_out = sum(fact.is_left_out for fact in facts)
        head = self.say(words.FACTS, party=self.name("party", party), counted=len(facts) - left_out, left_out=left_out)
        yield Line(head)
        if self.explanation.case.ruled_at is None:
            yield Line(self.say(words.OPEN_COUNTS_ALL), indent=2)
        yield from (self._fact(fact) for fact in facts)
        for table, absent in words.ABSENT.items():
            if not any(fact.table == table for fact in facts):
                is_delivered = getattr(self.explanation.recorded, table)
                yield Line(self.say(absent if is_delivered else words.NOT_DELIVERED[table]), indent=2)
        yield from self._reputation(next(each for each in self.explanation.reputation if each.party == party))

    def _no_side(self) -> Iterator[Line]:
        facts = [fact for fact in self.explanation.facts if fact.standing is Standing.NO_SIDE]
        if facts:
            yield Line(self.say(words.NO_SIDE, n=len(facts)))
            yield from (self._fact(fact) for fact in facts)

    def _fact(self, fact: Fact) -> Line:
        detail = fact.detail
        if isinstance(detail, EvidenceDetail):
            text = self._evidence(detail)
        else:
            text = self._breach(detail) if isinstance(detail, BreachDetail) else self._message(detail)
        if fact.standing is Standing.NO_SIDE:
            text = self.say(words.SPOKEN, party=self.name("party", fact.party), message=text)
        elif fact.is_left_out:
            text += self.say(words.NOTE, note=self.say(words.REASONS[fact.standing]))
        elif fact.at is None:
            text += self.say(words.NOTE, note=self.say(words.NO_TIME_NOTE))
        time = padded(self.say(words.NO_TIME), 16) if fact.at is None else self._time(fact.at)
        sign = _SIGNS.get(fact.standing, _MINUS)
        return Line(f"{sign} {time}  {text}", indent=2, hang=20)

    def _evidence(self, detail: EvidenceDetail) -> str:
        known = {name: getattr(detail, name) for name in words.QUALITIES}
        qualities = [
            self.say(words.QUALITIES[name][0 if holds else 1])
            for name, holds in known.items()
            if holds is not None and (name, holds) != ("admitted", False)
        ]
        kind = self.name("kind", detail.kind)
        return self.say(words.COLON, head=kind, text=self._joined(qualities, words.LIST)) if qualities else kind

    def _breach(self, detail: BreachDetail) -> str:
        severity = [self.name("severity", detail.severity)] if detail.severity else []
        found = [self.say(words.BREACH, rule=self.name("rule", detail.rule)), *severity]
        return self._joined([*found, self.say(words.PROVEN[detail.substantiated])], words.LIST)

    def _message(self, detail: MessageDetail) -> str:
        text = self.say(words.MESSAGE_TO_ANYONE, text=detail.text)
        if detail.audience:
            text = self.say(words.MESSAGE, audience=self.name("audience", detail.audience), text=detail.text)
        acts = self._joined((self.name("act", act) for act in detail.acts), words.LIST)
        return f"{text} [{acts}]" if acts else text

    def _reputation(self, reputation: Reputation) -> Iterator[Line]:
        head = self.say(words.REPUTATION_NO_MOMENT)
        if reputation.known_before:
            head = self.say(words.REPUTATION, moment=self._time(reputation.known_before))
        yield Line(self.say(words.COLON, head=head, text=self._known(reputation)), indent=2)
        for label, n in ((words.EARLIER, reputation.n_earlier), (words.LATE, reputation.n_late)):
            if n:
                yield Line(self.say(label, n=n), indent=4)

    def _known(self, reputation: Reputation) -> str:
        score = self.explanation.scores.factor("reputation").of(reputation.party)
        parts = {part.part for part in score.parts}
        if reputation.user_id is None:
            return self.say(words.NO_USER)
        if "from_history" in parts:
            return self.say(words.FROM_HISTORY, n=reputation.n_disputes)
        if "unknown" in parts:
            return self.say(words.UNKNOWN_USER)
        if reputation.latest is None or score.score is None:
            return self.say(words.NOT_SCORED)
        snapshot = reputation.latest
        figures = [
            self.say(label, value=getattr(snapshot, name))
            for name, label in words.FIGURES[reputation.party].items()
            if getattr(snapshot, name) is not None
        ]
        shown = self._joined(figures, words.LIST) or self.say(words.SAYS_NOTHING)
        return self.say(words.FROM_SNAPSHOT, as_of=self._time(snapshot.as_of), figures=shown)

    # scores

    def _scores(self) -> Iterator[Line]:
        yield Line(self.say(words.SCORES))
        for factor in self.explanation.scores.factors:
            for party in PARTY.values:
                yield from self._score(factor, party)

    def _score(self, factor: FactorScores, party: str) -> Iterator[Line]:
        score = factor.of(party)
        shown = self.say(words.NOT_RECORDED) if score.score is None else f"{score.score:.4f}"
        name = self.name("factor", factor.factor)
        yield Line(self.say(words.SCORE_HEAD, factor=name, party=self.name("party", party), score=shown), indent=2)
        for part in score.parts:
            yield Line(f"{padded(_signed(part.points), 9)}{self._part(factor.factor, part.part)}", indent=4, hang=9)

    def _part(self, factor: str, part: str) -> str:
        text = self.say(words.PARTS.get((factor, part), Label(part, part)))
        if factor == "rules" and part in PROCEDURE:
            answer = words.ANSWERS[getattr(self.explanation.case, part)]
            return self.say(words.FLAG, flag=text, answer=self.say(answer))
        return text

    def _advantages(self) -> Iterator[Line]:
        scores: Scores = self.explanation.scores
        yield Line(self.say(words.ADVANTAGES))
        rows = {self.name("factor", each.factor): self._advantage(each.advantage) for each in scores.factors}
        yield from self._table({**rows, self.say(words.OVERALL): self._advantage(scores.overall_advantage)})
        if scores.extra:
            yield Line(self.say(words.EXTRA))
            yield from self._table({name: self._extra(value) for name, value in scores.extra.items()})

    def _extra(self, value: float | str | None) -> str:
        if value is None:
            return self.say(words.NOT_RECORDED)
        return value if isinstance(value, str) else f"{value:.12g}"

    def _advantage(self, value: float | None) -> str:
        return self.say(words.NOT_RECORDED) if value is None else _signed(value)

    # like cases

    def _like_cases(self) -> Iterator[Line]:
        like = self.explanation.like_cases
        yield Line(self.say(words.LIKE))
        yield Line(self.say(words.LEVELS, levels=self._joined(map(self._level, like.levels))), indent=2)
        if like.n is None:
            yield Line(self.say(words.TOO_FEW, fewest=like.fewest), indent=2)
            return
        same = self._joined([self.say(words.SAME_CLAIM), *map(self._criterion, like.same)], words.LIST)
        yield Line(self.say(words.LIKE_N, n=like.n, sellers=self._sellers(like), criteria=same), indent=2)
        if like.set_aside:
            given_up = self._joined(map(self._criterion, like.set_aside), words.LIST)
            yield Line(self.say(words.SET_ASIDE, criteria=given_up), indent=2)
        for share in like.outcomes:
            yield Line(self._share(share, like), indent=4)
        if like.status in {"few_clusters", "one_cluster"}:
            yield Line(self.say(words.FEW_CLUSTERS), indent=2)

    def _criterion(self, name: str) -> str:
        if name not in FACTOR.labels:
            return self.say(words.SAME_CATEGORY)
        return self.say(words.CRITERION, factor=self.name("factor", name))

    def _level(self, level: Level) -> str:
        factor = self.name("factor", level.factor)
        if level.level == NOT_RECORDED:
            return self.say(words.LEVEL_NOT_RECORDED, factor=factor)
        if level.level is None:
            return self.say(words.LEVEL_UNKNOWN, factor=factor)
        return self.say(
            words.LEVEL, factor=factor, level=level.place, n=level.n_levels,
            low=_number(level.level_low), high=_number(level.level_high),
        )  # fmt: skip

    def _sellers(self, like: LikeCases) -> str:
        if like.n_sellers is not None:
            return self.say(words.SELLERS, n=like.n_sellers)
        if like.status == "not_clustered":
            return self.say(words.NO_SELLERS)
        return self.say(words.FEW_SELLERS, k=like.smallest_count)

    def _share(self, share: OutcomeShare, like: LikeCases) -> str:
        outcome = self.name("outcome", share.outcome)
        if share.share is None:
            return self.say(words.HIDDEN, outcome=outcome, k=like.smallest_count)
        return self.say(
            words.SHARE, outcome=outcome, percent=_percent(share.share), n=share.n, total=like.n,
            low=_percent(share.ci_low), high=_percent(share.ci_high),
        )  # fmt: skip

    # the ruling

    def _ruling(self) -> Iterator[Line]:
        ruling = self.explanation.ruling
        yield Line(self.say(words.RULING))
        if ruling.outcome is None:
            yield Line(self.say(words.NOT_RULED), indent=2)
            return
        yield Line(self._by_like_cases(), indent=2)
        yield Line(self._by_model(), indent=2)
        if ruling.by_like_cases or ruling.by_model:
            scale = self.say(words.SCALE, usual=ruling.usual_from, very_unusual=ruling.very_unusual_under)
            yield Line(scale, indent=2)

    def _by_like_cases(self) -> str:
        ruling, like = self.explanation.ruling, self.explanation.like_cases
        if ruling.by_like_cases is None:
            return self.say(words.BY_LIKE_TOO_FEW if like.n is None else words.BY_LIKE_HIDDEN)
        return self.say(
            words.BY_LIKE, word=self.say(words.SURPRISE[ruling.by_like_cases]), percent=_percent(ruling.share),
            n=like.n, outcome=self.name("outcome", ruling.outcome),
        )  # fmt: skip

    def _by_model(self) -> str:
        ruling = self.explanation.ruling
        if ruling.by_model is None:
            return self.say(words.BY_MODEL_NOT[ruling.model.status])
        word = self.say(words.SURPRISE[ruling.by_model])
        return self.say(words.BY_MODEL, word=word, percent=_percent(ruling.model.probability))


def _signed(value: float) -> str:
    """Points with their sign; a zero has none."""
    return _number(value, "+") if value else f"±{0:.4f}"


def _number(value: float | None, sign: str = "") -> str:
    return f"{value or 0.0:{sign}.4f}".replace("-", _MINUS)


def _percent(share: float | None) -> str:
    return f"{share or 0.0:.1%}"
