"""What is kept of an upload: told by its bytes, pictures drawn anew."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import pytest
from PIL import Image

from citybrain.base.errors import BadInput, TooLarge
from citybrain.base.files.content import MAX_BYTES, MAX_SIDE, read_content, safe_name


def picture(size=(64, 48), form="JPEG", mode="RGB", **save) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, (200, 30, 30) if mode == "RGB" else None).save(out, form, **save)
    return out.getvalue()


def drawn(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def archive(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name in names:
            file.writestr(name, "x")
    return out.getvalue()


def test_nothing_but_the_picture_is_left_of_a_photograph():
    """Where it was taken, with what, and what somebody appended to it."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Camera of Wang", 1
    exif.get_ifd(0x8825)[1] = "N"
    data = picture(exif=exif, comment=b"secret comment") + b"<script>alert(1)</script>"

    content = read_content(data, "photo.jpg")

    assert (content.media_type, content.width, content.height) == ("image/jpeg", 64, 48)
    assert not drawn(content.data).getexif()
    for hidden in (b"Camera", b"secret", b"script", b"Exif"):
        assert hidden not in content.data


def test_a_photograph_taken_sideways_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    content = read_content(picture((64, 48), exif=exif), "photo.jpg")
    assert (content.width, content.height) == (48, 64)


@pytest.mark.parametrize(("turn", "corner"), [(1, (0, 0)), (2, (1, 0)), (3, (1, 1)), (4, (0, 1)), (5, (0, 0)),
                                              (6, (1, 0)), (7, (1, 1)), (8, (0, 1))])  # fmt: skip
def test_its_first_corner_comes_to_where_it_was_seen(turn, corner):
    """The eight orientations of EXIF 2.32, 4.6.4: where row 0 and column 0 of the file belong."""
    image = Image.new("RGB", (32, 32), "white")
    image.paste("black", (0, 0, 16, 16))
    exif, out = Image.Exif(), io.BytesIO()
    exif[0x0112] = turn
    image.save(out, "PNG", exif=exif)

    shown = drawn(read_content(out.getvalue(), "photo.png").data).convert("L")

    x, y = corner
    assert shown.getpixel((4 + 24 * x, 4 + 24 * y)) < 64
    assert shown.getpixel((28 - 24 * x, 28 - 24 * y)) > 192


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_photograph_with_odd_exif_is_taken_all_the_same(form):
    """Its resolution is given as text, which is no fraction; cameras and apps write what they like."""
    exif = Image.Exif()
    exif[0x0112], exif[0x011A] = 6, 72.0
    data = picture((64, 48), form, exif=exif)
    for fraction, text in ((b"\x01\x1a\x00\x05", b"\x01\x1a\x00\x02"), (b"\x1a\x01\x05\x00", b"\x1a\x01\x02\x00")):
        data = data.replace(fraction, text)
    if form == "PNG":
        data = with_checksums(data)

    content = read_content(data, "photo.jpg")

    assert (content.width, content.height) == (48, 64)


def with_checksums(data: bytes) -> bytes:
    """A PNG that was changed, with the checksums of what it says now."""
    out, at = data[:8], 8
    while at < len(data):
        end = at + 8 + struct.unpack(">I", data[at : at + 4])[0]
        out += data[at:end] + struct.pack(">I", zlib.crc32(data[at + 4 : end]))
        at = end + 4
    return out


def test_a_large_photograph_is_made_smaller_in_proportion():
    content = read_content(picture((5120, 2560)), "photo.jpg")
    assert (content.width, content.height) == (MAX_SIDE, MAX_SIDE // 2)


@pytest.mark.parametrize(
    ("form", "mode", "media_type"),
    [("PNG", "RGB", "image/jpeg"), ("PNG", "RGBA", "image/png"), ("PNG", "LA", "image/png"),
     ("PNG", "I;16", "image/jpeg"),
     ("GIF", "P", "image/jpeg"), ("WEBP", "RGB", "image/jpeg"), ("BMP", "RGB", "image/jpeg"),
     ("TIFF", "CMYK", "image/jpeg"), ("JPEG", "L", "image/jpeg"), ("PNG", "1", "image/jpeg")],
)  # fmt: skip
def test_every_kind_of_picture_becomes_one_that_browsers_show(form, mode, media_type):
    content = read_content(picture(form=form, mode=mode), "photo.exe")
    assert content.media_type == media_type
    assert drawn(content.data).size == (64, 48)


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is enormous."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(9000, 9000), (10_000, 10_000), (30_000, 30_000), (100_000, 100_000)])
def test_a_decompression_bomb_is_refused_before_it_is_opened(size):
    with pytest.raises(BadInput) as refusal:
        read_content(bomb(*size), "photo.png")
    assert refusal.value.code == "file.too_many_pixels"


@pytest.mark.parametrize("data", [picture()[:300], bomb(50, 50), picture(form="PNG")[:60], picture(form="GIF")[:20]])
def test_a_damaged_picture_is_refused(data):
    with pytest.raises(BadInput) as refusal:
        read_content(data, "photo.jpg")
    assert refusal.value.code in ("file.picture_unreadable", "file.type")


@pytest.mark.parametrize(
    ("data", "name", "media_type"),
    [
        (b"%PDF-1.7 ...", "report.exe", "application/pdf"),
        ("姓名,数量\r\n甲,1\r\n".encode(), "table.csv", "text/csv"),
        ("姓名,数量".encode("gb18030"), "table.csv", "text/csv"),
        ("说明".encode(), "notes", "text/plain"),
        (b"<html><script>alert(1)</script></html>", "page.html", "text/plain"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "drawing.svg", "text/plain"),
        (archive("[Content_Types].xml", "xl/workbook.xml"), "t.xlsx",
         "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (archive("[Content_Types].xml", "word/document.xml"), "t.docx",
         "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ],
)  # fmt: skip
def test_the_type_is_told_by_the_bytes_not_by_the_name(data, name, media_type):
    assert read_content(data, name).media_type == media_type


@pytest.mark.parametrize(
    "data",
    [
        b"MZ\x90\x00\x03\x00",
        b"\x7fELF\x02\x01",
        archive("a.txt"),
        archive("[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin"),
        b"PK\x03\x04 broken",
        bytes(range(256)),
    ],
)
def test_what_is_not_on_the_list_is_refused(data):
    with pytest.raises(BadInput) as refusal:
        read_content(data, "photo.jpg")
    assert refusal.value.code == "file.type"
    assert "PDF" in refusal.value.cure("en")


def test_empty_and_too_large_are_refused():
    with pytest.raises(BadInput):
        read_content(b"", "x")
    with pytest.raises(TooLarge):
        read_content(b"a" * (MAX_BYTES + 1), "x")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("路灯.jpeg", "路灯.jpg"),
        ("../../etc/passwd", "passwd.jpg"),
        ("C:\\photos\\a.png", "a.jpg"),
        ("a\r\nSet-Cookie: x.jpg", "aSet-Cookie x.jpg"),
        ("", "file.jpg"),
        ("....", "file.jpg"),
        ("invoice.exe\u202egpj.jpg", "invoice.exegpj.jpg"),
        ("x" * 500, "x" * 100 + ".jpg"),
    ],
)
def test_a_name_cannot_mislead(given, kept):
    assert safe_name(given, "jpg") == kept
