"""Files of smear images: what they are, decoding them under caps, and what is shown of them. No database."""

from cases.imaging.decoding import ImageFacts, examine, load_rgb
from cases.imaging.display import OFF_FIELD, crop_around, encode_jpeg, jpeg_tables
from cases.imaging.limits import Limits

__all__ = ["OFF_FIELD", "ImageFacts", "Limits", "crop_around", "encode_jpeg", "examine", "jpeg_tables", "load_rgb"]
