"""The end of the chain, kept apart so that one row can be locked."""

from django.db import models


class ChainHead(models.Model):
    """Position and hash of the newest event.

    There is one row, id 1. Locking it serialises writers, which is what makes "previous hash" well defined;
    comparing it with the newest event shows when events were cut off the end.
    """

    THE_ONE = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=THE_ONE, editable=False)
    position = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="audit_has_one_chain_head"),
        ]

    def __str__(self) -> str:
        return f"event {self.position}"
