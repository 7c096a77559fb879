"""How far a sync is, for others to look at while it runs."""

from dataclasses import dataclass

from sdlc_lens.sources.git.limits import Budget


@dataclass
class Progress:
    """Written by the sync alone; `documents` is how many it stores, once that is known."""

    budget: Budget | None = None
    documents: int | None = None
    stored: int = 0

    @property
    def received(self) -> int:
        """The bytes that a git server has sent."""
        return self.budget.received if self.budget else 0

    @property
    def objects(self) -> int:
        """The files and folders that it has announced."""
        return self.budget.objects if self.budget else 0
