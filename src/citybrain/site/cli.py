"""`citybrain`: the one command. Parts of the platform add their own words through a `commands.py`.

citybrain up                     start everything on DIR and watch it
citybrain migrate                bring the database to this version and load the packs
citybrain doctor                 look at everything that can be wrong, and say what to do
citybrain backup|restore         a copy of the running city in one file, proved; and a city from it
citybrain token|user|city|packs|replay|texts|trace|audit|bus …
"""

from __future__ import annotations

import argparse
import locale
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from django.db.utils import DatabaseError

from citybrain.base.errors import CityError, Misconfigured
from citybrain.site.folders import data_folder
from citybrain.site.start import set_up


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; a refusal is a sentence on standard error and exit code 2, never a traceback."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    data, given = _data_folder(given)
    language = "zh" if (os.environ.get("LANG") or locale.getlocale()[0] or "").startswith("zh") else "en"
    try:
        with data_folder(given, data) as folder:
            return _run(given, folder, target=data, language=language)
    except CityError as error:
        return _refuse(error, language)
    except DatabaseError as error:
        return _refuse(Misconfigured("start.database", why=str(error).strip().splitlines()[0]), language)
    except BrokenPipeError:
        return 141
    except OSError as error:
        if not error.filename:
            raise
        print(f"citybrain: {error.filename}: {error.strerror}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _run(given: list[str], data: Path, *, target: Path, language: str) -> int:
    """One command on a data directory; `target` is the one that was named, where that is yet to be made."""
    set_up(data)
    from citybrain.site.discovery import modules_named

    parser = argparse.ArgumentParser(
        prog="citybrain", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", metavar="DIR", help="the data directory (default: $CITYBRAIN_DATA or var)")
    words = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for module in modules_named("commands"):
        module.register(words)
    options = parser.parse_args(given)
    options.data, options.target, options.language = data.resolve(), target, language
    return int(options.run(options) or 0)


def _refuse(error: CityError, language: str) -> int:
    print(f"citybrain: {error.title(language)}", file=sys.stderr)
    for wrong in error.fields:
        print(f"  {wrong.field}: {wrong.reason(language)}", file=sys.stderr)
    if error.cure(language) and error.cure(language) != error.code:
        print(f"  {error.cure(language)}", file=sys.stderr)
    return 2


def _data_folder(arguments: list[str]) -> tuple[Path, list[str]]:
    """Take `--data DIR` out of the arguments wherever it stands, so that it may follow any command."""
    finder = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    finder.add_argument("--data", type=Path, default=Path(os.environ.get("CITYBRAIN_DATA", "var")))
    found, rest = finder.parse_known_args(arguments)
    return found.data, rest


if __name__ == "__main__":
    sys.exit(main())
