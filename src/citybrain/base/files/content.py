"""What an upload really is, told by its bytes; pictures are made anew, so that nothing hides in them."""

from __future__ import annotations

import hashlib
import io
import os
import re
import secrets
import unicodedata
import warnings
import zipfile
from dataclasses import dataclass
from pathlib import Path

from PIL import ExifTags, Image, UnidentifiedImageError

from citybrain.base.errors import BadInput, TooLarge

MEGABYTE = 1024 * 1024
MAX_BYTES = 20 * MEGABYTE
MAX_PIXELS = 60_000_000
MAX_SIDE = 2560
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What undoes each orientation of EXIF."""
OFFICE = {
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
ALLOWED = "JPEG, PNG, WebP, GIF, BMP, TIFF, PDF, DOCX, XLSX, CSV, TXT"


@dataclass(frozen=True)
class Content:
    """What will be kept: the bytes, their type, and a picture's size in pixels."""

    data: bytes
    media_type: str
    extension: str
    width: int | None = None
    height: int | None = None

    @property
    def hash(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def read_content(data: bytes, name: str) -> Content:
    """Tell the type by the bytes, re-encode pictures; raises TooLarge, or BadInput for what is not allowed."""
    if len(data) > MAX_BYTES:
        raise TooLarge("file.too_large", limit=MAX_BYTES // MEGABYTE)
    if not data:
        raise BadInput("file.empty")
    picture = _picture(data)
    if picture is not None:
        return picture
    if data.startswith(b"%PDF-"):
        return Content(data, "application/pdf", "pdf")
    office = _office(data)
    if office:
        return Content(data, office, "docx" if "word" in office else "xlsx")
    if _is_text(data):
        is_table = name.lower().endswith(".csv")
        return Content(data, "text/csv" if is_table else "text/plain", "csv" if is_table else "txt")
    raise BadInput("file.type", allowed=ALLOWED)


def _picture(data: bytes) -> Content | None:
    """The picture drawn anew: upright, at most 2560 pixels a side, without EXIF, comments or anything after its end."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError:
        return None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise BadInput("file.too_many_pixels", limit=MAX_PIXELS // 1_000_000) from error
    except Exception as error:  # Pillow raises whatever comes, from TypeError to struct.error, on bytes that deceive it
        raise BadInput("file.picture_unreadable") from error
    if image.width * image.height > MAX_PIXELS:
        raise BadInput("file.too_many_pixels", limit=MAX_PIXELS // 1_000_000)
    try:
        image.draft("RGB", (MAX_SIDE, MAX_SIDE))
        return _drawn_anew(image)
    except Exception as error:
        raise BadInput("file.picture_unreadable") from error


def _drawn_anew(image: Image.Image) -> Content:
    image.thumbnail((MAX_SIDE, MAX_SIDE))
    turn = _turn(image)
    upright = image if turn is None else image.transpose(turn)
    see_through = upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info
    mode = "RGBA" if see_through else "RGB"
    clean = Image.new(mode, upright.size)
    clean.paste(upright.convert(mode))
    out = io.BytesIO()
    if see_through:
        clean.save(out, "PNG")
        return Content(out.getvalue(), "image/png", "png", *clean.size)
    clean.save(out, "JPEG", quality=85)
    return Content(out.getvalue(), "image/jpeg", "jpg", *clean.size)


def _turn(image: Image.Image) -> Image.Transpose | None:
    """How a photograph taken sideways is turned upright; the rest of its EXIF may be as odd as it likes."""
    try:
        return TURNS.get(int(image.getexif().get(ExifTags.Base.Orientation, 1)))
    except Exception:
        return None


def small_picture(path: Path, side: int) -> bytes:
    """A picture of ours, at most `side` pixels wide and high, as JPEG on white."""
    with Image.open(path, formats=FORMATS) as image:
        image.draft("RGB", (side, side))
        drawn = image.convert("RGBA")
    drawn.thumbnail((side, side))
    flat = Image.new("RGB", drawn.size, "white")
    flat.paste(drawn, mask=drawn)
    out = io.BytesIO()
    flat.save(out, "JPEG", quality=80)
    return out.getvalue()


def _office(data: bytes) -> str | None:
    if not data.startswith(b"PK\x03\x04"):
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return None
    if "[Content_Types].xml" not in names or any("vbaProject" in name for name in names):
        return None
    return next((media_type for part, media_type in OFFICE.items() if part in names), None)


def _is_text(data: bytes) -> bool:
    if b"\0" in data:
        return False
    for encoding in ("utf-8", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return all(character in "\t\r\n\f" or unicodedata.category(character) != "Cc" for character in text[:65536])
    return False


def safe_name(name: str, extension: str) -> str:
    """The name people gave, without folders, control characters or a misleading ending."""
    stem = re.split(r"[\\/]", name)[-1].rpartition(".")[0] or re.split(r"[\\/]", name)[-1]
    kept = "".join(
        c for c in unicodedata.normalize("NFC", stem) if unicodedata.category(c)[0] != "C" and c not in '"<>|:*?'
    )
    return f"{kept.strip(' .')[:100] or 'file'}.{extension}"


def keep(content: Content, path: Path) -> None:
    """Write the bytes under their hash, whole or not at all; the same content is kept once."""
    keep_bytes(content.data, path)


def keep_bytes(data: bytes, path: Path) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    with part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
