"""Telling somebody that a scheduled run failed. Nothing is sent unless a block is named."""

import inspect
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prefect.client.schemas.objects import FlowRun, State
    from prefect.flows import Flow

#: Slug of a Prefect notification block, such as ``custom-webhook/rulings`` or ``sendgrid-email/rulings``.
BLOCK_VARIABLE = "RULINGS_NOTIFY_BLOCK"


async def notify_failure(flow: "Flow[..., object]", flow_run: "FlowRun", state: "State[object]") -> None:
    """Send the reason through the Prefect block that ``RULINGS_NOTIFY_BLOCK`` names, if it names one.

    Args:
        flow: The flow that failed.
        flow_run: Its run.
        state: How it ended; its message holds the sentence that a person at the command line reads.

    Raises:
        TypeError: The block is not one that notifies.
    """
    slug = os.environ.get(BLOCK_VARIABLE)
    if not slug:
        return
    from prefect.blocks.abstract import NotificationBlock  # noqa: PLC0415 - after the environment is set
    from prefect.blocks.core import Block  # noqa: PLC0415

    block: Block = await Block.aload(slug)
    if not isinstance(block, NotificationBlock):
        raise TypeError(f"{BLOCK_VARIABLE} names {slug}, which does not notify; name a webhook or mail block")
    sent: object = block.notify(f"{flow_run.name}: {state.message or state.name}", subject=f"{flow.name} failed")
    # Blocks of Prefect answer at once where the flow is not asynchronous, others may not.
    if inspect.isawaitable(sent):
        await sent
