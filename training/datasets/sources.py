"""One way in for every kind of source, told apart by what lies there."""

from pathlib import Path

from training.errors import BadData

from .bccd import is_bccd, read_bccd
from .folders import read_folders
from .source_image import SourceImage
from .table import read_table


def read_source(location: str | Path) -> list[SourceImage]:
    """Read a source given as `path` or `name=path`: a CSV file, a BCCD folder, or folders named after classes.

    The name (by default that of the folder or file) marks one camera and preparation; the scale of its images is
    measured once for all of them. Raises BadData naming the place when nothing can be read there.
    """
    name, _, rest = str(location).rpartition("=")
    path = Path(rest).expanduser().resolve()
    if path.is_file() and path.suffix.lower() == ".csv":
        return read_table(path, source=name or path.stem)
    if not path.is_dir():
        message = f"There is no folder or CSV file at {path}."
        raise BadData(message)
    source = name or path.name
    return read_bccd(path, source=source) if is_bccd(path) else read_folders(path, source=source)
