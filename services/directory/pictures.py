"""Pictures as they are kept: checked before anything is decoded, turned upright, made small, written anew.

What arrives is never kept: no metadata (where it was taken, by whom), nothing hidden behind the picture, no format that
a browser might take for something else.
"""

import hashlib
import io
import warnings
from collections.abc import Mapping
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

MAX_BYTES = 5_000_000
MAX_PIXELS = 40_000_000
FORMATS = ("JPEG", "PNG", "WEBP")
CONTENT_TYPE = "image/webp"
LARGE, SMALL = 640, 128
SIZES = (LARGE, SMALL)
"""Of the long side, and of the square."""

_QUALITY = 82


class PictureInvalid(Exception):
    """It can't be taken; the text says why, for people."""


@dataclass(frozen=True, slots=True)
class Picture:
    """The sizes of a picture, as WebP."""

    sizes: Mapping[int, bytes]

    def name(self, entity_id: str) -> str:
        """By content and owner: the same picture of two businesses are two, and one can go without the other."""
        return hashlib.sha256(entity_id.encode() + b"\0" + self.sizes[LARGE]).hexdigest()


def redrawn(raw: bytes) -> Picture:
    """A picture that somebody sent, in our sizes. Takes up to a second of the processor. Raises PictureInvalid."""
    if len(raw) > MAX_BYTES:
        raise PictureInvalid("A picture has at most 5 MB: make it smaller first.")
    try:
        with warnings.catch_warnings():
            # Pillow's own bound is higher: ours is checked below, before a single pixel is decoded.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            return _redrawn(raw)
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError, EOFError) as error:
        raise PictureInvalid("This is no picture that we can read: use a JPEG, PNG or WebP file.") from error


def _redrawn(raw: bytes) -> Picture:
    with Image.open(io.BytesIO(raw), formats=FORMATS) as opened:
        width, height = opened.size
        if width * height > MAX_PIXELS:
            raise PictureInvalid("A picture has at most 40 megapixels: make it smaller first.")
        # JPEG alone: decodes at a fraction of the size, when that is still large enough.
        opened.draft("RGB", (LARGE * 2, LARGE * 2))
        upright = ImageOps.exif_transpose(opened)
        plain = _flat(upright)
    large = plain.copy()
    large.thumbnail((LARGE, LARGE), Image.Resampling.LANCZOS)
    small = ImageOps.fit(plain, (SMALL, SMALL), Image.Resampling.LANCZOS)
    return Picture({LARGE: _written(large), SMALL: _written(small)})


def _flat(image: Image.Image) -> Image.Image:
    """Colours alone, on white where it was transparent; a fresh image, without what was attached to the old one."""
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        see_through = image.convert("RGBA")
        flat = Image.new("RGB", see_through.size, "white")
        flat.paste(see_through, mask=see_through.getchannel("A"))
        return flat
    flat = Image.new("RGB", image.size)
    flat.paste(image.convert("RGB"))
    return flat


def _written(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "WEBP", quality=_QUALITY, method=4)
    return out.getvalue()
