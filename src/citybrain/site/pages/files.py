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
    was made since name files that are on no list, and what a browser got would stay blank. So every file is looked for
    when it is asked for; browsers keep it for good, since its name has a hash of its content.
    """

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        found = self.built(request.path_info)
        if found is not None:
            try:
                return self.serve(found, request)  # type: ignore[no-any-return]
            except FileNotFoundError:  # gone since it was found
                pass
        return self.get_response(request)  # type: ignore[no-any-return]

    def add_files(self, root: str, prefix: str | None = None) -> None:
        """Nothing is listed."""

    def built(self, url: str) -> StaticFile | None:
        """A file directly in the folder; None where there is none of this name."""
        name = url.removeprefix(self.static_prefix)
        if name == url or "/" in name or "\\" in name or name in ("", ".", ".."):
            return None
        try:
            return self.find_file_at_path(str(Path(settings.STATIC_ROOT) / name), url)
        except (MissingFileError, OSError, ValueError):
            return None
