"""Photographs that nobody took: simple drawings of what is wrong and of how it was mended, each marked as simulated."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 640, 480
GROUND = 300
VARIANTS = 6
MARK = Path(__file__).with_name("mark.png")
Draw = ImageDraw.ImageDraw
Dice = np.random.Generator


def picture(kind: str, number: int, caption: str, *, is_mended: bool) -> bytes:
    """A JPEG of about 20 kB: the scene of a kind, before or after, with date and place and the mark 模拟 across it."""
    image = _scene(kind if kind in SCENES else "street", number % VARIANTS, is_mended).copy()
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, HEIGHT - 30, WIDTH, HEIGHT), fill=(20, 24, 30))
    words = f"SIMULATED  {caption}  {'AFTER' if is_mended else 'BEFORE'}"
    draw.text((10, HEIGHT - 24), words, fill=(235, 235, 235), font=_font())
    out = io.BytesIO()
    image.save(out, "JPEG", quality=72)
    return out.getvalue()


@lru_cache(maxsize=1)
def _font() -> ImageFont.ImageFont | ImageFont.FreeTypeFont:
    return ImageFont.load_default(16)


@lru_cache(maxsize=256)
def _scene(kind: str, variant: int, is_mended: bool) -> Image.Image:
    dice = np.random.default_rng([7, variant, *kind.encode()])
    is_night = kind == "lamp"
    image = _backdrop(dice, is_night=is_night)
    SCENES[kind](ImageDraw.Draw(image), dice, is_mended)
    if is_night:
        image = _lit(image, is_mended)
    return _marked(_grained(image, dice))


def _backdrop(dice: Dice, *, is_night: bool) -> Image.Image:
    """Sky, houses with windows, pavement and road."""
    sky = (24, 30, 48) if is_night else (186 + int(dice.integers(20)), 206, 222)
    image = Image.new("RGB", (WIDTH, HEIGHT), sky)
    draw = ImageDraw.Draw(image)
    x = -20
    while x < WIDTH:
        wide, high = int(dice.integers(80, 150)), int(dice.integers(90, 220))
        shade = int(dice.integers(150, 205)) // (4 if is_night else 1)
        draw.rectangle((x, GROUND - high, x + wide, GROUND), fill=(shade, shade - 6, shade - 12))
        for wx in range(x + 12, x + wide - 18, 26):
            for wy in range(GROUND - high + 14, GROUND - 24, 30):
                bright = (226, 200, 120) if is_night and dice.random() < 0.4 else (90, 108, 126)
                draw.rectangle((wx, wy, wx + 13, wy + 17), fill=bright)
        x += wide + int(dice.integers(4, 16))
    grey = 60 if is_night else 168
    draw.rectangle((0, GROUND, WIDTH, GROUND + 40), fill=(grey + 16, grey + 12, grey + 8))
    draw.rectangle((0, GROUND + 40, WIDTH, GROUND + 48), fill=(grey - 30, grey - 30, grey - 30))
    road = 42 if is_night else 98
    draw.rectangle((0, GROUND + 48, WIDTH, HEIGHT), fill=(road, road + 2, road + 5))
    for mark in range(-20, WIDTH, 120):
        draw.polygon([(mark, 412), (mark + 60, 412), (mark + 54, 420), (mark - 6, 420)], fill=(210, 210, 200))
    return image


def _lamp(draw: Draw, dice: Dice, is_mended: bool) -> None:
    for x in (130, 340, 550):
        draw.line((x, GROUND + 30, x, 90), fill=(70, 74, 80), width=8)
        draw.line((x, 92, x + 44, 84), fill=(70, 74, 80), width=6)
        is_dark = x == 340 and not is_mended
        draw.ellipse((x + 34, 78, x + 66, 96), fill=(60, 60, 58) if is_dark else (255, 240, 190))


def _lit(image: Image.Image, is_mended: bool) -> Image.Image:
    """Cones of light under the lamps that burn."""
    glow = Image.new("RGB", image.size)
    draw = ImageDraw.Draw(glow)
    for x in (130, 340, 550):
        if x != 340 or is_mended:
            for step in range(14, 0, -1):
                level = 70 - step * 5
                wide = step * 13
                draw.polygon(
                    [(x + 50, 90), (x + 50 - wide, 440), (x + 50 + wide, 440)], fill=(level, level, level // 2)
                )
    bright = np.minimum(np.asarray(image, dtype=np.int16) + np.asarray(glow, dtype=np.int16), 255)
    return Image.fromarray(bright.astype(np.uint8))


def _pothole(draw: Draw, dice: Dice, is_mended: bool) -> None:
    x, y = int(dice.integers(220, 420)), 400
    outline = _blob(dice, x, y, 92, 36)
    if is_mended:
        draw.polygon(_blob(dice, x, y, 104, 44), fill=(64, 66, 70))
        return
    draw.polygon(outline, fill=(52, 46, 42))
    draw.polygon(_blob(dice, x + 6, y + 6, 62, 22), fill=(34, 30, 28))
    for _ in range(26):
        px, py = x + int(dice.normal(0, 86)), y + int(dice.normal(0, 30))
        draw.ellipse((px, py, px + 7, py + 5), fill=(132, 126, 118))
    for _ in range(5):
        draw.line((x, y, x + int(dice.normal(0, 130)), y + int(dice.normal(0, 44))), fill=(58, 56, 56), width=2)


def _garbage(draw: Draw, dice: Dice, is_mended: bool) -> None:
    x = int(dice.integers(240, 380))
    draw.rectangle((x + 130, 252, x + 190, 338), fill=(44, 110, 72))
    draw.rectangle((x + 124, 242, x + 196, 256), fill=(36, 92, 60))
    if is_mended:
        return
    for _ in range(20):
        px, py, size = x + int(dice.normal(0, 62)), 330 - int(abs(dice.normal(0, 24))), int(dice.integers(16, 34))
        shade = [(28, 28, 32), (196, 186, 168), (150, 40, 40), (70, 96, 140), (214, 214, 220)][int(dice.integers(5))]
        draw.ellipse((px, py - size, px + size * 1.4, py + size * 0.5), fill=shade)
    for _ in range(24):
        px, py = x + int(dice.normal(0, 110)), 340 + int(abs(dice.normal(0, 16)))
        draw.polygon([(px, py), (px + 12, py - 3), (px + 10, py + 6)], fill=(224, 220, 208))


def _manhole(draw: Draw, dice: Dice, is_mended: bool) -> None:
    x, y = int(dice.integers(240, 420)), 398
    draw.ellipse((x - 78, y - 30, x + 78, y + 30), fill=(70, 72, 74))
    if not is_mended:
        draw.ellipse((x - 68, y - 25, x + 68, y + 25), fill=(10, 10, 12))
        draw.ellipse((x + 70, y - 6, x + 206, y + 38), fill=(96, 92, 88))
        draw.line((x - 10, y + 10, x - 30, y - 110), fill=(98, 74, 46), width=6)
        draw.polygon([(x - 30, y - 110), (x - 62, y - 92), (x - 28, y - 84)], fill=(196, 38, 38))
        return
    for step in range(-60, 61, 20):
        draw.line((x + step, y - 20, x + step, y + 20), fill=(52, 54, 56), width=4)
    draw.ellipse((x - 68, y - 25, x + 68, y + 25), outline=(46, 48, 50), width=4)


def _water(draw: Draw, dice: Dice, is_mended: bool) -> None:
    if is_mended:
        draw.polygon(_blob(dice, 330, 404, 120, 26), fill=(84, 88, 92))
        return
    draw.polygon(_blob(dice, 330, 404, 240, 52), fill=(116, 142, 162))
    for height in (96, 74, 54):
        draw.arc((330 - height // 2, 400 - height * 2, 330 + height // 2, 404), 180, 360, fill=(196, 216, 230), width=7)
    for _ in range(30):
        px, py = 330 + int(dice.normal(0, 130)), 400 + int(dice.normal(0, 22))
        draw.line((px, py, px + 20, py), fill=(168, 190, 206), width=2)


def _flood(draw: Draw, dice: Dice, is_mended: bool) -> None:
    if is_mended:
        draw.polygon(_blob(dice, 300, 420, 60, 12), fill=(88, 96, 104))
        return
    draw.rectangle((0, GROUND + 26, WIDTH, HEIGHT), fill=(128, 122, 100))
    for _ in range(60):
        px, py = int(dice.integers(0, WIDTH)), int(dice.integers(GROUND + 34, HEIGHT))
        draw.line((px, py, px + int(dice.integers(20, 60)), py), fill=(152, 146, 122), width=2)
    _a_car(draw, 380, 356, (178, 44, 44))
    draw.rectangle((350, 368, 570, 410), fill=(128, 122, 100))


def _tree(draw: Draw, dice: Dice, is_mended: bool) -> None:
    if is_mended:
        draw.ellipse((282, 322, 340, 340), fill=(172, 132, 84))
        draw.ellipse((292, 325, 330, 337), outline=(132, 96, 58), width=2)
        return
    draw.line((300, 330, 560, 420), fill=(96, 70, 44), width=22)
    for _ in range(60):
        px, py = 500 + int(dice.normal(0, 66)), 402 + int(dice.normal(0, 28))
        draw.ellipse((px - 16, py - 12, px + 16, py + 12), fill=(42, 96 + int(dice.integers(40)), 52))
    draw.polygon([(270, 340), (300, 310), (330, 344)], fill=(86, 62, 40))


def _car(draw: Draw, dice: Dice, is_mended: bool) -> None:
    if not is_mended:
        _a_car(draw, 170, 332, (228, 230, 232))
        _a_car(draw, 410, 338, (58, 92, 140))
    draw.rectangle((60, 250, 84, 330), fill=(196, 40, 40))
    draw.rectangle((64, 262, 80, 268), fill=(255, 255, 255))


def _a_car(draw: Draw, x: int, y: int, paint: tuple[int, int, int]) -> None:
    draw.rounded_rectangle((x, y, x + 176, y + 50), 14, fill=paint)
    draw.polygon([(x + 32, y), (x + 58, y - 36), (x + 122, y - 36), (x + 152, y)], fill=paint)
    draw.polygon([(x + 42, y), (x + 63, y - 29), (x + 118, y - 29), (x + 140, y)], fill=(66, 82, 98))
    for wheel in (x + 38, x + 138):
        draw.ellipse((wheel - 20, y + 30, wheel + 20, y + 70), fill=(26, 26, 28))
        draw.ellipse((wheel - 8, y + 42, wheel + 8, y + 58), fill=(150, 150, 154))


def _wall(draw: Draw, dice: Dice, is_mended: bool) -> None:
    draw.rectangle((90, 110, 550, GROUND + 30), fill=(206, 198, 184))
    for row in range(110, GROUND + 30, 24):
        draw.line((90, row, 550, row), fill=(188, 180, 166), width=1)
    if is_mended:
        return
    for _ in range(12):
        px, py = int(dice.integers(110, 470)), int(dice.integers(130, 270))
        paper = [(240, 236, 200), (236, 196, 196), (206, 226, 240)][int(dice.integers(3))]
        draw.rectangle((px, py, px + 58, py + 38), fill=paper)
        for line in range(py + 8, py + 34, 8):
            draw.line((px + 6, line, px + 50, line), fill=(120, 110, 110), width=2)
    draw.line([(140, 260), (220, 180), (260, 270), (360, 160), (430, 260)], fill=(30, 60, 160), width=9)


def _dust(draw: Draw, dice: Dice, is_mended: bool) -> None:
    draw.line((470, 300, 470, 60), fill=(212, 160, 30), width=9)
    draw.line((340, 80, 600, 80), fill=(212, 160, 30), width=8)
    draw.polygon([(60, 330), (180, 220), (330, 330)], fill=(96, 140, 84) if is_mended else (176, 140, 96))
    if is_mended:
        for row in range(230, 330, 14):
            draw.line((60 + row // 3, row, 330 - row // 3, row), fill=(70, 108, 62), width=2)
        return
    for _ in range(120):
        px, py, size = int(dice.normal(240, 110)), int(dice.normal(230, 60)), int(dice.integers(6, 26))
        draw.ellipse((px, py, px + size * 2, py + size), fill=(206, 190, 160))


def _sign(draw: Draw, dice: Dice, is_mended: bool) -> None:
    if is_mended:
        draw.line((320, 340, 320, 130), fill=(120, 124, 128), width=9)
        draw.ellipse((272, 80, 368, 176), fill=(248, 248, 248), outline=(206, 36, 36), width=14)
        draw.rectangle((300, 122, 340, 134), fill=(20, 20, 20))
        return
    draw.line((250, 344, 440, 300), fill=(120, 124, 128), width=9)
    draw.ellipse((420, 240, 516, 330), fill=(226, 226, 222), outline=(168, 40, 40), width=14)
    draw.line((446, 262, 486, 308), fill=(120, 110, 100), width=5)


def _stall(draw: Draw, dice: Dice, is_mended: bool) -> None:
    if is_mended:
        return
    for x, paint in ((120, (206, 60, 50)), (310, (44, 110, 168)), (470, (224, 150, 40))):
        draw.polygon([(x - 70, 236), (x, 190), (x + 70, 236)], fill=paint)
        draw.line((x, 236, x, 330), fill=(90, 90, 90), width=5)
        draw.rectangle((x - 58, 300, x + 58, 344), fill=(150, 112, 70))
        for fruit in range(x - 50, x + 50, 15):
            draw.ellipse((fruit, 286, fruit + 14, 300), fill=(222, 120 + int(dice.integers(80)), 40))


def _dog(draw: Draw, dice: Dice, is_mended: bool) -> None:
    if is_mended:
        return
    x, y = int(dice.integers(240, 380)), 330
    coat = [(150, 106, 58), (60, 54, 50), (206, 196, 180)][int(dice.integers(3))]
    draw.ellipse((x, y - 44, x + 104, y + 6), fill=coat)
    draw.ellipse((x + 84, y - 76, x + 130, y - 30), fill=coat)
    draw.polygon([(x + 90, y - 70), (x + 96, y - 94), (x + 108, y - 74)], fill=coat)
    for leg in (12, 34, 70, 90):
        draw.line((x + leg, y - 4, x + leg, y + 36), fill=coat, width=9)
    draw.line((x + 4, y - 30, x - 26, y - 58), fill=coat, width=7)
    draw.ellipse((x + 112, y - 62, x + 117, y - 57), fill=(10, 10, 10))


def _bus(draw: Draw, dice: Dice, is_mended: bool) -> None:
    draw.rectangle((90, 160, 98, 336), fill=(90, 96, 102))
    draw.rectangle((60, 130, 190, 196), fill=(36, 104, 176))
    for row in (144, 158, 172):
        draw.line((72, row, 176, row), fill=(230, 236, 242), width=4)
    if is_mended:
        draw.rounded_rectangle((240, 210, 620, 380), 16, fill=(48, 140, 96))
        for window in range(262, 590, 66):
            draw.rectangle((window, 232, window + 50, 288), fill=(196, 214, 226))
        for wheel in (320, 540):
            draw.ellipse((wheel - 26, 356, wheel + 26, 408), fill=(24, 24, 26))
        return
    for person in range(230, 520, 46):
        draw.ellipse((person, 246, person + 24, 270), fill=(206, 172, 140))
        draw.rounded_rectangle((person - 6, 270, person + 30, 340), 8, fill=(60 + person % 90, 70, 120))


def _street(draw: Draw, dice: Dice, is_mended: bool) -> None:
    paint = (46, 140, 80) if is_mended else (226, 120, 30)
    for x in (190, 320, 450):
        draw.polygon([(x - 26, 344), (x + 26, 344), (x + 6, 268), (x - 6, 268)], fill=paint)
        draw.rectangle((x - 16, 300, x + 16, 312), fill=(246, 246, 246))


SCENES: dict[str, Callable[[Draw, Dice, bool], None]] = {
    "lamp": _lamp, "pothole": _pothole, "garbage": _garbage, "manhole": _manhole, "water": _water, "flood": _flood,
    "tree": _tree, "car": _car, "wall": _wall, "dust": _dust, "sign": _sign, "stall": _stall, "dog": _dog, "bus": _bus,
    "street": _street,
}  # fmt: skip


def _blob(dice: Dice, x: int, y: int, wide: int, high: int) -> list[tuple[float, float]]:
    """An uneven round outline."""
    angle = np.linspace(0, 2 * np.pi, 28, endpoint=False)
    reach = 1 + 0.16 * np.sin(3 * angle + dice.uniform(0, 6)) + dice.normal(0, 0.05, 28)
    return list(
        zip((x + wide * reach * np.cos(angle)).tolist(), (y + high * reach * np.sin(angle)).tolist(), strict=True)
    )


def _grained(image: Image.Image, dice: Dice) -> Image.Image:
    """A little noise, as of a phone's camera."""
    grain = dice.normal(0, 4, (HEIGHT, WIDTH, 1))
    return Image.fromarray(np.clip(np.asarray(image) + grain, 0, 255).astype(np.uint8))


def _marked(image: Image.Image) -> Image.Image:
    """The mark, large and faint across the middle and small and plain in the corner."""
    with Image.open(MARK) as file:
        mark = file.convert("L")
    large = mark.resize((mark.width * 3, mark.height * 3)).point(lambda level: level * 0.34)
    image.paste((255, 255, 255), ((WIDTH - large.width) // 2, (HEIGHT - large.height) // 2 - 30), large)
    small = mark.resize((mark.width // 2, mark.height // 2))
    image.paste((198, 30, 30), (WIDTH - small.width - 12, 10), small)
    return image
