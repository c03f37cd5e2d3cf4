"""Where packs are found: built-in sectors, the data directory, and installed Python packages."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType

from django.conf import settings

from citybrain.base.errors import BadInput, load_catalogue

MANIFEST = "pack.yaml"
ENTRY_POINTS = "citybrain.packs"


@dataclass(frozen=True)
class Source:
    """A folder with a pack, how it came here (`builtin`, `data`, `package`, `path`), and its Python package, if any."""

    key: str
    folder: Path
    kind: str
    package: str = ""

    def module(self, name: str) -> ModuleType | None:
        """The pack's Python file `name`.py, imported; None when it has none."""
        path = self.folder / f"{name}.py"
        if not path.exists():
            return None
        if (self.folder / "errors.yaml").exists():
            load_catalogue(self.folder / "errors.yaml")
        if self.package:
            return importlib.import_module(f"{self.package}.{name}")
        return _import_file(f"citybrain_pack_{self.key.replace('-', '_')}_{name}", path)


def _import_file(name: str, path: Path) -> ModuleType:
    known = sys.modules.get(name)
    if known is not None and known.__file__ == str(path):
        return known
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def builtin_folder() -> Path:
    return Path(__file__).resolve().parents[2] / "sectors"


def data_folder() -> Path:
    return Path(settings.DATA_DIR) / "packs"


def find_sources() -> list[Source]:
    """Every pack of this installation, by key; of two with one key the data directory's wins, then the package's."""
    found: dict[str, Source] = {}
    for source in (*_builtin(), *_packages(), *_in_data()):
        found[source.key] = source
    return [found[key] for key in sorted(found)]


def _folders(root: Path) -> list[Path]:
    return sorted(path.parent for path in root.glob(f"*/{MANIFEST}")) if root.is_dir() else []


def _builtin() -> list[Source]:
    return [
        Source(key_of(folder), folder, "builtin", f"citybrain.sectors.{folder.name}")
        for folder in _folders(builtin_folder())
    ]


def _packages() -> list[Source]:
    found = []
    for point in sorted(entry_points(group=ENTRY_POINTS), key=lambda point: point.name):
        spec = importlib.util.find_spec(point.value)
        if spec is not None and spec.origin:
            found.append(Source(point.name, Path(spec.origin).parent, "package", point.value))
    return found


def _in_data() -> list[Source]:
    return [Source(key_of(folder), folder, "data") for folder in _folders(data_folder())]


def source_at(folder: Path) -> Source:
    """The pack in a folder somebody names; it need not be installed. Raises BadInput when no pack is there."""
    folder = folder.resolve()
    if not (folder / MANIFEST).is_file():
        raise BadInput("packs.no_pack_here", folder=str(folder))
    for source in find_sources():
        if source.folder.resolve() == folder:
            return source
    return Source(key_of(folder), folder, "path")


def key_of(folder: Path) -> str:
    """The key that a pack in this folder must have; Python packages write `_` where the key has `-`."""
    return folder.name.replace("_", "-")
