"""One dispute as a person would tell it: its case, its facts, its scores, and how it compares with like cases."""

from flows.explain.data import read_explanation
from flows.explain.render import as_json, as_text
from flows.explain.words import Language, language_of
from flows.settings import Layout

__all__ = ["Language", "explain", "language_of"]


def explain(layout: Layout, dispute_id: str, language: Language, *, json: bool = False) -> str:
    """Explain one dispute of the release in force.

    Args:
        layout: The data directory.
        dispute_id: The dispute, as ``core.disputes`` has it.
        language: Language of the text; JSON has the values of the contract in place of words.
        json: Whether JSON is wanted.

    Returns:
        The explanation.

    Raises:
        RunError: There is no release, or it cannot be read.
        UsageError: The release has no such dispute.
    """
    explanation = read_explanation(layout, dispute_id)
    return as_json(explanation) if json else as_text(explanation, language)
