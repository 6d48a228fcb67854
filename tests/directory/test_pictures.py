"""Pictures: nothing is decoded before it is checked, nothing of what was sent is kept but the colours."""

import io
import struct
import zlib
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image, ImageDraw

from services.directory.domain.errors import FieldsInvalid
from services.directory.handlers import portraits
from services.directory.handlers.writing import By, Directory
from services.directory.pictures import MAX_BYTES, PictureInvalid, redrawn
from services.directory.store import Store
from tests.directory.gateway import ADMIN, PUBLIC, Gateway, Member

BY = By(actor="user:u1", correlation_id="test")
GPS = 0x8825


def a_picture(kind: str = "PNG", size: tuple[int, int] = (800, 400), colour: str = "red", **options: object) -> bytes:
    image, out = Image.new("RGB", size, colour), io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def utc_now() -> datetime:
    """MongoDB dates files by its own clock."""
    return datetime.now(UTC)


def sent(gateway: Gateway, member: Member, raw: bytes) -> tuple[int, dict]:
    token = gateway.signer.token(member.caller, "directory")
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/octet-stream"}
    response = gateway.client.put(f"/entities/{member.entity_id}/picture", data=raw, headers=headers)
    return response.status_code, response.get_json(force=True)


def fetched(gateway: Gateway, name: str, size: int) -> tuple[int, bytes, str]:
    token = gateway.signer.token(PUBLIC, "directory")
    response = gateway.client.get(f"/pictures/{name}/{size}", headers={"Authorization": f"Bearer {token}"})
    return response.status_code, response.data, response.content_type


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_kept_in_two_sizes(kind: str):
    sizes = redrawn(a_picture(kind, (1600, 800))).sizes
    for size, expected in ((640, (640, 320)), (128, (128, 128))):
        image = Image.open(io.BytesIO(sizes[size]))
        assert (image.format, image.size) == ("WEBP", expected)


def test_small_ones_are_not_blown_up():
    assert Image.open(io.BytesIO(redrawn(a_picture(size=(100, 50))).sizes[640])).size == (100, 50)


def test_no_metadata_is_left():
    exif = Image.Exif()
    exif[0x010E], exif[0x013B] = "zebrafinch at home", "zebrafinch"
    exif.get_ifd(GPS)[2] = (51.0, 30.0, 0.0)
    raw = a_picture("JPEG", exif=exif, comment=b"zebrafinch", icc_profile=b"zebrafinch" * 20)
    assert raw.count(b"zebrafinch") > 20
    for content in redrawn(raw + b"zebrafinch <script>").sizes.values():
        assert b"zebrafinch" not in content
        image = Image.open(io.BytesIO(content))
        assert not image.getexif()
        assert not set(image.info) & {"exif", "icc_profile", "xmp", "comment"}


def test_a_picture_is_turned_upright():
    image = Image.new("RGB", (400, 200), "white")
    ImageDraw.Draw(image).rectangle((0, 0, 100, 200), fill="red")
    exif, out = Image.Exif(), io.BytesIO()
    exif[0x0112] = 6  # the top of what was seen is on the right
    image.save(out, "JPEG", exif=exif)
    upright = Image.open(io.BytesIO(redrawn(out.getvalue()).sizes[640]))
    assert upright.size == (200, 400)
    red, _, blue = upright.getpixel((100, 20))
    assert red > 200 > 100 > blue


def test_what_is_see_through_becomes_white():
    out = io.BytesIO()
    Image.new("RGBA", (10, 10), (255, 0, 0, 0)).save(out, "PNG")
    assert min(Image.open(io.BytesIO(redrawn(out.getvalue()).sizes[640])).getpixel((5, 5))) > 245


def a_bomb(width: int, height: int) -> bytes:
    """A PNG of a few hundred bytes that says it has so many pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 99)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (a_bomb(6401, 6250), "40 megapixels"),
        (a_bomb(100_000, 100_000), "no picture that we can read"),
        (b"", "no picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no picture"),
        (a_picture("GIF"), "no picture"),
        (a_picture("BMP"), "no picture"),
        (a_picture("JPEG")[:300], "no picture"),
        (a_bomb(10, 10), "no picture"),
        (b"x" * (MAX_BYTES + 1), "5 MB"),
    ],
    ids=["bomb", "huge-bomb", "empty", "svg", "gif", "bmp", "cut-off", "broken", "long"],
)
def test_what_is_no_fit_picture_is_refused(raw: bytes, why: str):
    with pytest.raises(PictureInvalid, match=why):
        redrawn(raw)


def test_a_picture_is_replaced_and_removed_and_nothing_is_left(gateway: Gateway, store: Store, time):
    member = gateway.sign_up()
    status, first = sent(gateway, member, a_picture())
    assert (status, len(first["picture"])) == (200, 64)
    status, content, kind = fetched(gateway, first["picture"], 128)
    assert (status, kind, content[8:12]) == (200, "image/webp", b"WEBP")
    time.moment = utc_now() + timedelta(minutes=5)
    _, second = sent(gateway, member, a_picture(colour="blue"))
    assert second["picture"] != first["picture"]
    assert fetched(gateway, first["picture"], 640)[0] == 404
    assert fetched(gateway, second["picture"], 640)[0] == 200
    assert gateway.delete(f"/entities/{member.entity_id}/picture", member.caller)[1]["picture"] == ""
    assert not list(store.database["pictures.files"].find())
    assert not list(store.database["pictures.chunks"].find())


def test_what_nobody_names_is_swept_away_and_nothing_else(directory: Directory, gateway: Gateway, store: Store, time):
    member = gateway.sign_up()
    name = sent(gateway, member, a_picture())[1]["picture"]
    store.pictures.put("left-by-a-crash", member.entity_id, {640: b"x", 128: b"y"})
    time.moment = utc_now()
    assert portraits.sweep(directory) == 0
    time.moment = utc_now() + timedelta(hours=2)
    assert portraits.sweep(directory) == 2
    assert fetched(gateway, name, 640)[0] == 200
    assert fetched(gateway, "left-by-a-crash", 640)[0] == 404


def test_only_its_own_members_and_administrators_change_a_picture(gateway: Gateway, directory: Directory):
    member, other = gateway.sign_up(), gateway.sign_up()
    sent(gateway, member, a_picture())
    assert gateway.delete(f"/entities/{member.entity_id}/picture", other.caller)[1]["type"] == "entity.not_yours"
    assert gateway.delete(f"/entities/{member.entity_id}/picture", ADMIN)[0] == 200
    with pytest.raises(FieldsInvalid):
        portraits.set_picture(directory, BY, member.entity_id, b"no picture")


def test_too_long_a_body_is_refused_before_it_is_read(gateway: Gateway):
    member = gateway.sign_up()
    assert sent(gateway, member, b"x" * (MAX_BYTES + 2))[0] == 413
    status, problem = gateway.patch(f"/entities/{member.entity_id}", {"city": "x" * 1_000_001}, member.caller)
    assert status == 413, problem
