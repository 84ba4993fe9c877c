"""What decoding one image may cost; imported by ``base``. Why it is bounded: docs/adr/0025."""

from __future__ import annotations

from hematovision.settings.environment import env

# Of the child that opens one file. 64 megapixels with transparency, the costliest that is accepted, need what is given here.
DECODE_MEMORY_MB = env.int("HEMATOVISION_DECODE_MEMORY_MB", default=1536)
DECODE_CPU_SECONDS = env.int("HEMATOVISION_DECODE_CPU_SECONDS", default=10)
DECODE_WALL_SECONDS = env.float("HEMATOVISION_DECODE_WALL_SECONDS", default=90)
# How many a process decodes at once, and how long an upload waits for its turn before it is told to come back.
DECODE_AT_ONCE = env.int("HEMATOVISION_DECODE_AT_ONCE", default=2)
DECODE_WAIT_SECONDS = env.float("HEMATOVISION_DECODE_WAIT_SECONDS", default=20)
# What one image may be made of, counted before it is decoded.
DECODE_MAX_SCANS = env.int("HEMATOVISION_DECODE_MAX_SCANS", default=64)
DECODE_MAX_CHUNKS = env.int("HEMATOVISION_DECODE_MAX_CHUNKS", default=65_536)
DECODE_MAX_TILES = env.int("HEMATOVISION_DECODE_MAX_TILES", default=100_000)

# Display copies decoded for the crops of pages, below VAR_DIR/crops of each host: 150 MB for a field of 50 megapixels. 0 keeps none.
CROP_CACHE_MB = env.int("HEMATOVISION_CROP_CACHE_MB", default=2048)
