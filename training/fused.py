"""Batch normalisation in one kernel where PyTorch runs the run.

Keras composes batch normalisation of many small operations, in float32; on a CPU with bfloat16 units these cost more
than the convolutions. Variables are those of the plain layer, so weights pass between the two unchanged.
"""

from __future__ import annotations

import keras
from keras import layers


class FusedBatchNormalization(layers.BatchNormalization):
    """``BatchNormalization`` whose training step calls PyTorch's own kernel; inference and freezing are the parent's."""

    def call(self, inputs, training=None, mask=None):
        if not (training and self.trainable) or keras.backend.backend() != "torch":
            return super().call(inputs, training=training, mask=mask)
        from torch.nn import functional

        # The kernel updates the running statistics in place, outside the graph.
        outputs = functional.batch_norm(
            inputs.permute(0, 3, 1, 2),
            self.moving_mean._value.detach(),
            self.moving_variance._value.detach(),
            None if self.gamma is None else self.gamma._value,
            self.beta._value,
            training=True,
            momentum=1 - self.momentum,
            eps=self.epsilon,
        )
        return outputs.permute(0, 2, 3, 1)
