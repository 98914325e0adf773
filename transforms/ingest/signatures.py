"""What a file is by its first bytes, whatever its name says."""

_AT_START: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"PAR1", "a Parquet file"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old or locked office document"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"BZh", "a file packed with bzip2"),
    (b"\xfd7zXZ\x00", "a file packed with xz"),
    (b"\x1f\x8b", "a file packed with gzip"),
    (b"\x28\xb5\x2f\xfd", "a file packed with zstd"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"\x7fELF", "a program"),
    (b"RIFF", "a picture, sound or film"),
    (b"OggS", "a sound"),
    (b"ID3", "a sound"),
)
_MARKUP: tuple[tuple[bytes, str], ...] = (
    (b"<!doctype html", "a web page"),
    (b"<html", "a web page"),
    (b"<?xml", "an XML document"),
)


def signature(head: bytes) -> str | None:
    """Name what the first bytes of a file say it is.

    Args:
        head: At least its first 64 bytes.

    Returns:
        What it is, in words, for kinds that are no delimited text or JSON; None otherwise.
    """
    for start, what in _AT_START:
        if head.startswith(start):
            return what
    if head[4:8] == b"ftyp":
        return "a film"
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:64].lower()
    return next((what for start, what in _MARKUP if text.startswith(start)), None)
