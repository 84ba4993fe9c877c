"""Where the parts of a form wait while they arrive."""

from __future__ import annotations

import contextlib

from django.core.files.uploadedfile import TemporaryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, TemporaryFileUploadHandler


class NamelessFileUpload(TemporaryFileUploadHandler):
    """Django's handler of large parts, whose temporary files take nothing of the sender's name.

    Django's own ends in the sender's extension, and one of 300 characters is a name that no file system takes. A file that
    the disk had no room for is removed at once.
    """

    def new_file(self, *args: object, **kwargs: object) -> None:
        """Open a temporary file; the part keeps its name as a text beside it."""
        FileUploadHandler.new_file(self, *args, **kwargs)  # type: ignore[arg-type]
        self.file = TemporaryUploadedFile("part", self.content_type, 0, self.charset, self.content_type_extra)
        self.file.name = self.file_name

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write the piece."""
        try:
            super().receive_data_chunk(raw_data, start)
        except OSError:
            with contextlib.suppress(OSError):
                # What was buffered finds no room either.
                self.file.close()
            raise
