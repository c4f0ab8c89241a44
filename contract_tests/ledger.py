"""What a run did, as it did it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from contract_tests.exchange import Exchange


@dataclass
class Ledger:
    """What a run did.

    Attributes:
        exchanges: every request with the answer that counted, in their order.
        sent: how many requests went out, those included that a 429 put off.
        notes: what the sender did unasked: waits and repeated attempts.
        begun: when the run began, by `time.monotonic`.

    """

    exchanges: list[Exchange] = field(default_factory=list)
    sent: int = 0
    notes: list[str] = field(default_factory=list)
    begun: float = field(default_factory=time.monotonic)

    def note(self, text: str) -> None:
        """Keep a thing worth telling, once."""
        if text not in self.notes:
            self.notes.append(text)
