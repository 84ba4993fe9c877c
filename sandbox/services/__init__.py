"""Every write of tried pictures."""

from sandbox.services.answers import answer_picture
from sandbox.services.heat_maps import draw_heat_map, request_heat_map
from sandbox.services.own_labels import keep_own_labels
from sandbox.services.pictures import receive_picture
from sandbox.services.sweeping import sweep_tried_pictures

__all__ = [
    "answer_picture",
    "draw_heat_map",
    "keep_own_labels",
    "receive_picture",
    "request_heat_map",
    "sweep_tried_pictures",
]
