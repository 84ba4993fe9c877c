"""What a child does with its one file."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING

from cases.decoding.budget import hold_to
from cases.decoding.job import Answer, Job
from cases.imaging.decoding import examine, load_rgb, over_budget
from hematovision.errors import TooLarge, Unprocessable, UnsupportedMedia

if TYPE_CHECKING:
    import socket

_PIECE_BYTES = 1024 * 1024
_CHANNELS = 3


def work(reply: socket.socket, file: int, pixels: int) -> None:
    """Do the job that `reply` holds with the file behind the descriptor, and answer there.

    `pixels` is the descriptor that takes (H, W, 3) uint8, where the job wants them.
    """
    with reply.makefile("rb") as asked:
        job = Job.of(asked.readline())
    hold_to(job.budget, may_write_bytes=job.limits.max_pixels * _CHANNELS if job.wants_pixels else 0)
    try:
        answer = _done(job, file, pixels)
    except (TooLarge, Unprocessable, UnsupportedMedia) as refusal:
        answer = Answer(refusal=refusal)
    except MemoryError:
        answer = Answer(refusal=over_budget())
    reply.sendall(answer.line())


def _done(job: Job, file: int, pixels: int) -> Answer:
    source = _read(file)
    if not job.wants_pixels:
        return Answer(facts=examine(source, limits=job.limits))
    rgb = load_rgb(source, limits=job.limits)
    content, written = rgb.data.cast("B"), 0
    while written < len(content):
        # From the start, whatever a child before wrote there that did not live to its end.
        written += os.pwrite(pixels, content[written : written + _PIECE_BYTES], written)
    return Answer(size=(rgb.shape[0], rgb.shape[1]))


def _read(file: int) -> io.BytesIO:
    """The whole file. Its position is shared with whoever opened it, and so is neither believed nor moved."""
    content = io.BytesIO()
    while piece := os.pread(file, _PIECE_BYTES, content.tell()):
        content.write(piece)
    return content
