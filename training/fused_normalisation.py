"""Batch normalisation in one kernel where PyTorch runs the run.

Keras composes batch normalisation of many small operations, in float32; on a CPU with bfloat16 units these cost more
than the convolutions. Variables are those of the plain layer, so weights pass between the two unchanged.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import layers


class FusedBatchNormalization(layers.BatchNormalization):
    """``BatchNormalization`` by PyTorch's own kernel; on another backend it is the plain layer."""

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        if keras.backend.backend() != "torch":
            return super().call(inputs, training=training, mask=mask)
        from torch.nn import functional

        # The kernel updates the running statistics in place, outside the graph.
        outputs = functional.batch_norm(
            inputs.permute(0, 3, 1, 2),
            self.moving_mean._value.detach(),
            self.moving_variance._value.detach(),
            None if self.gamma is None else self.gamma._value,
            self.beta._value,
            training=bool(training and self.trainable),
            momentum=1 - self.momentum,
            eps=self.epsilon,
        )
        return outputs.permute(0, 2, 3, 1)
