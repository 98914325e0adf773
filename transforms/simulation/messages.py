"""The messages table of a block: who says what to whom and when, by each side's latent civility."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from transforms.simulation.columns import LATE_ORDINAL, child_ids, dispute_ids, labels, ordinals, timestamps
from transforms.simulation.late import lay_traps
from transforms.simulation.latent import BUYER, TONE, Latent, choose_by_cdf
from transforms.simulation.phrases import ACTS
from transforms.simulation.seeds import Floats, Integers, Stream, generator
from transforms.simulation.wording import AUDIENCES, SPEAKERS, Speech, words
from transforms.simulation.world import World

AGENT, SYSTEM = SPEAKERS.index("agent"), SPEAKERS.index("system")
_COUNTERPARTY, _TO_AGENT = range(len(AUDIENCES))
_BEFORE, _OPENING, _AFTER = range(3)
_FEWEST_MESSAGES = 3
_MEAN_CHAT_HOURS = 40.0
_DELAY_SLOPE = -0.4
_LEVELS = 32
_RANGE = 3.2
# Cumulative shares of buyer, seller and agent before and after customer service steps in.
_SENDER_CDF = np.array([[0.54, 1.0, 1.0], [0.39, 0.75, 1.0]])
_TO_AGENT_SHARE = 0.65
_LATE_MESSAGES = 2
# Log weight of each act at mean civility, for buyer and seller, and its slope per SD of civility.
_ACT_WEIGHTS = {
    "neutral": (1.6, 1.7, 0.0),
    "courtesy": (-0.6, -0.4, 1.1),
    "apology": (-2.7, -1.5, 1.0),
    "offer": (-1.7, -1.0, 0.9),
    "cooperation": (-1.2, -1.1, 1.0),
    "demand": (-1.1, -2.6, -1.0),
    "refusal": (-2.2, -1.3, -1.1),
    "stalling": (-2.8, -1.5, -1.0),
    "insult": (-2.9, -3.1, -1.5),
    "threat": (-2.8, -3.3, -1.4),
    "decoy": (-2.4, -2.5, 0.0),
}


@dataclass(frozen=True)
class _Script:
    """One entry per message, in the order of dispute and time."""

    row: Integers
    ordinal: Integers
    phase: Integers
    sender: Integers
    audience: Integers


def messages_frame(world: World, truth: Latent, block: int) -> pl.DataFrame:
    """Writes down the messages of a block, before the ruling, and the traps after it.

    Args:
        world: What all blocks share.
        truth: Latent truth of the block.
        block: Number of the block.

    Returns:
        The contract's columns, one row per message, sorted by dispute and time; traps at the end.
    """
    return pl.concat([_in_time(world, truth, block), _late(world, truth, block)])


def _in_time(world: World, truth: Latent, block: int) -> pl.DataFrame:
    plan = world.plan
    rng = generator(plan.seed, Stream.MESSAGES, block)
    script = _script(plan.messages, len(truth.index), rng)
    is_party = script.sender < AGENT
    civility = np.where(is_party, truth.side[np.minimum(script.sender, 1), TONE, script.row], 0.0)
    act = np.where(is_party, _acts(script.sender, civility, rng), 0)
    sent = _times(truth, script, civility, rng)
    text = words(_speech(truth, script.row, script.sender, script.audience, act), rng)
    no_audience = ~is_party | (rng.random(len(act)) < plan.nulls.field)
    return pl.DataFrame(
        {
            "message_id": child_ids("M", truth.index[script.row], script.ordinal),
            "dispute_id": dispute_ids(truth.index[script.row]),
            "sender": labels(SPEAKERS, script.sender),
            "audience": labels(AUDIENCES, script.audience, no_audience),
            "sent_at": timestamps(sent, rng.random(len(act)) < plan.nulls.time),
            "text": text,
        }
    )


def _script(mean: float, disputes: int, rng: np.random.Generator) -> _Script:
    """Who speaks to whom: first the two sides, then customer service steps in, then three parties."""
    counts = np.clip(rng.poisson(mean, disputes), _FEWEST_MESSAGES, LATE_ORDINAL - 1)
    chat = np.clip(np.round(counts * rng.uniform(0.3, 0.6, disputes)).astype(np.int64), 1, counts - 2)
    row = np.repeat(np.arange(disputes), counts)
    ordinal = ordinals(counts)
    phase = np.sign(ordinal - chat[row]) + _OPENING
    draws = rng.random((2, len(row)))
    sender = choose_by_cdf(_SENDER_CDF, (phase == _AFTER).astype(np.int64), draws[0])
    sender = np.where(ordinal == 0, BUYER, np.where(phase == _OPENING, SYSTEM, sender))
    to_agent = (phase == _AFTER) & (sender < AGENT) & (draws[1] < _TO_AGENT_SHARE)
    return _Script(row, ordinal, phase, sender, np.where(to_agent, _TO_AGENT, _COUNTERPARTY))


def _acts(sender: Integers, civility: Floats, rng: np.random.Generator) -> Integers:
    """Draws each message's act by the speaker's civility."""
    level = np.clip((civility + _RANGE) / (2 * _RANGE) * _LEVELS, 0, _LEVELS - 1).astype(np.int64)
    return choose_by_cdf(_act_cdf(), np.minimum(sender, 1) * _LEVELS + level, rng.random(len(sender)))


def _act_cdf() -> Floats:
    """Cumulative probabilities of the acts, of shape (party x level, acts)."""
    centres = (np.arange(_LEVELS) + 0.5) / _LEVELS * 2 * _RANGE - _RANGE
    weights = np.array([_ACT_WEIGHTS[act] for act in ACTS])
    logits = weights[:, :2].T[:, None, :] + centres[None, :, None] * weights[None, None, :, 2]
    flat = np.exp(logits).reshape(-1, len(ACTS))
    return np.asarray(np.cumsum(flat, axis=1) / flat.sum(axis=1, keepdims=True))


def _times(truth: Latent, script: _Script, civility: Floats, rng: np.random.Generator) -> Integers:
    """Times in order within each dispute: the chat before the opening, the rest before the end.

    The uncivil answer late: their share of the waiting time is longer.
    """
    gaps = rng.exponential(size=len(script.row)) * np.exp(_DELAY_SLOPE * civility)
    segment = script.row * 3 + script.phase
    last = np.flatnonzero(np.append(np.diff(segment), 1))
    running = np.cumsum(gaps)
    before = np.concatenate([[0.0], running[last][:-1]])
    sizes = np.diff(np.concatenate([[-1], last]))
    total = np.repeat(running[last] - before + rng.exponential(size=len(last)), sizes)
    place = (running - np.repeat(before, sizes)) / np.maximum(total, 1e-9)
    chat = (rng.exponential(_MEAN_CHAT_HOURS, len(truth.index)) * 3600 + 600)[script.row]
    opened, closed = truth.opened[script.row], truth.closed[script.row]
    early = opened - np.ceil((1 - place) * chat).astype(np.int64)
    late = opened + np.floor(np.minimum(place, 1 - 1e-9) * (closed - opened)).astype(np.int64)
    return np.where(script.phase == _BEFORE, early, np.where(script.phase == _OPENING, opened, late))


def _speech(truth: Latent, row: Integers, sender: Integers, audience: Integers, act: Integers) -> Speech:
    return Speech(
        speaker=sender,
        audience=audience,
        act=act,
        civility=truth.side[np.minimum(sender, 1), TONE, row],
        category=truth.category[row],
        claim=truth.claim[row],
        price_cents=truth.price_cents[row],
        dispute=truth.index[row],
    )


def _late(world: World, truth: Latent, block: int) -> pl.DataFrame:
    """Insults and threats of the loser after the ruling."""
    traps = lay_traps(world, truth, block, Stream.LATE_MESSAGES, world.plan.late.messages)
    rng = generator(world.plan.seed, Stream.LATE_MESSAGES, world.plan.blocks + block)
    row = np.repeat(traps.row, _LATE_MESSAGES)
    sender = np.repeat(traps.loser, _LATE_MESSAGES)
    act = np.tile([ACTS.index("insult"), ACTS.index("threat")], len(traps.row))
    ordinal = LATE_ORDINAL + ordinals(np.full(len(traps.row), _LATE_MESSAGES))
    audience = np.full(len(row), _COUNTERPARTY)
    return pl.DataFrame(
        {
            "message_id": child_ids("M", truth.index[row], ordinal),
            "dispute_id": dispute_ids(truth.index[row]),
            "sender": labels(SPEAKERS, sender),
            "audience": labels(AUDIENCES, audience),
            "sent_at": timestamps(np.repeat(traps.time, _LATE_MESSAGES)),
            "text": words(_speech(truth, row, sender, audience, act), rng),
        }
    )
