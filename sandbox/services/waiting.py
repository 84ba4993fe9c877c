"""How workers are told of tried pictures: behind every image of a case, whenever that came.

The rank orders messages where they lie, with the broker. A task that put itself back by a timer would wait in the memory of
a worker instead, in front of what comes later, where no rank orders it (docs/adr/0071).
"""

from __future__ import annotations

ANSWER = "sandbox.tasks.answer_picture"
"""Named here and not imported: the tasks import the services."""
DRAW = "sandbox.tasks.draw_heat_map"
RANK = 9
"""The last there is; images of cases have `classifier.services.queueing.RANKS`."""
