"""The one table of the API plumbing: answers kept so that a repeated request is not done twice."""

from __future__ import annotations

from django.db import models


class StoredAnswer(models.Model):
    """The answer given to a write that carried an ``Idempotency-Key``.

    The row is inserted in the transaction of the write itself: either both are there or neither,
    and of two requests at the same moment the second waits at the unique constraint. No foreign
    key to the caller or to what the answer is about: the plumbing knows no app.
    """

    caller_id = models.UUIDField()
    key = models.CharField(max_length=255)
    # What the answer is about, which a caller has to see still to get it again.
    object_id = models.UUIDField(null=True)
    # What was asked, as a hash, and what was answered: ciphertext, because it is about patients.
    sealed = models.TextField(default="")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("caller_id", "key"), name="a_caller_uses_an_idempotency_key_once"),
        )
        indexes = (models.Index(fields=("created_at",), name="stored_answer_by_age"),)

    def __str__(self) -> str:
        return f"answer about {self.object_id}"
