"""The files that pages name, handed out by whitenoise."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from whitenoise.base import MissingFileError
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile


class BuiltFiles(WhiteNoiseMiddleware):  # type: ignore[misc]  # comes without types
    """The files of the build that is there now.

    Whitenoise lists a folder once, when its process starts. Pages are read anew for every answer: those of a build that
    was made since name files that are on no list, and what a browser got would stay blank. What is not listed is
    therefore looked for on the disk, and what is listed may have gone.
    """

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        found = self.files.get(request.path_info) or self.built_since(request.path_info)
        if found is not None:
            try:
                return self.serve(found, request)  # type: ignore[no-any-return]
            except FileNotFoundError:
                self.files.pop(request.path_info, None)
        return self.get_response(request)  # type: ignore[no-any-return]

    def built_since(self, url: str) -> StaticFile | None:
        """A file directly in the folder that was not there when this process began; it is not kept in mind."""
        name = url.removeprefix(self.static_prefix)
        if name == url or "/" in name or "\\" in name or name in ("", ".", ".."):
            return None
        try:
            return self.find_file_at_path(str(Path(settings.STATIC_ROOT) / name), url)
        except (MissingFileError, OSError, ValueError):
            return None
