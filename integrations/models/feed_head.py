"""Where the feed ends, kept apart so that one row can be locked."""

from django.db import models
from django.utils import timezone


class FeedHead(models.Model):
    """The position given last. There is one row, id 1: locking it puts those who give positions in line."""

    THE_ONE = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=THE_ONE, editable=False)
    position = models.BigIntegerField(default=0)
    began_at = models.DateTimeField(
        default=timezone.now,
        editable=False,
        help_text="Steps before it are older than the feed.",  # not translated
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="the_feed_has_one_head"),
        ]

    def __str__(self) -> str:
        return f"position {self.position}"
