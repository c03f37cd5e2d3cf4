"""Print the API's OpenAPI document, without a running platform: what the typed client of `web/` is made from."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path


def main() -> int:
    os.environ.pop("CITYBRAIN_DATABASE_URL", None)
    with tempfile.TemporaryDirectory(prefix="citybrain-openapi-") as data:
        from citybrain.site.start import set_up

        set_up(Path(data))
        from citybrain.site.api import api
        from citybrain.site.http.openapi import document_of

        json.dump(document_of(api), sys.stdout, ensure_ascii=False, sort_keys=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
