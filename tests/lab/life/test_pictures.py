"""Photographs that nobody took: they show something, before and after differ, and each says that it is simulated."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from citybrain.base.files.content import read_content
from citybrain.lab.life.pictures import HEIGHT, MARK, SCENES, WIDTH, picture


def shot(kind: str, number: int, *, is_mended: bool) -> np.ndarray:
    data = picture(kind, number, "test", is_mended=is_mended)
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"), dtype=int)


@pytest.mark.parametrize("kind", sorted(SCENES))
def test_before_and_after_show_the_same_place_and_another_state(kind):
    before, after = shot(kind, 3, is_mended=False), shot(kind, 3, is_mended=True)
    differs = (np.abs(before - after).max(-1) > 40)[: HEIGHT - 30]

    assert before.shape == (HEIGHT, WIDTH, 3)
    assert 0.002 < differs.mean() < 0.5
    assert len(np.unique(before)) > 60  # a drawing, not blocks of colour


def test_pictures_of_one_kind_are_not_all_alike():
    shots = {picture("garbage", number, "", is_mended=False) for number in range(6)}

    assert len(shots) == 6


def test_every_picture_carries_the_mark():
    """Where the mark is, a picture with it is redder than the same corner of plain sky."""
    image = np.asarray(Image.open(io.BytesIO(picture("sign", 0, "x", is_mended=True))).convert("RGB"), dtype=int)
    corner = image[8:50, WIDTH - 90 : WIDTH - 8]

    assert MARK.exists()
    assert ((corner[..., 0] - corner[..., 2]) > 90).mean() > 0.05


def test_the_platform_takes_them():
    content = read_content(picture("lamp", 1, "x", is_mended=True), "现场照片.jpg")

    assert (content.media_type, content.width, content.height) == ("image/jpeg", WIDTH, HEIGHT)
    assert len(content.data) < 120_000
