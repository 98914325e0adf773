"""What a file is by its first bytes."""

import pytest

from transforms.ingest.signatures import signature


@pytest.mark.parametrize(
    ("head", "what"),
    [
        (b"\x89PNG\r\n\x1a\n", "a PNG picture"), (b"%PDF-1.7", "a PDF document"),
        (b"PK\x03\x04", "a ZIP archive or an office document"),
        (b"\xff\xd8\xff\xe0", "a JPEG picture"), (b"\x1f\x8b\x08", "a file packed with gzip"),
        (b"PAR1", "a Parquet file"),
        (b"\0\0\0 ftypmp42", "a film"), (b"\xef\xbb\xbf <!DOCTYPE HTML>", "a web page"),
        (b"<?xml version", "an XML document"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old or locked office document"),
    ],
)  # fmt: skip
def test_kinds_that_are_no_text(head: bytes, what: str) -> None:
    assert signature(head + b" " * 64) == what


@pytest.mark.parametrize(
    "head", [b"", b"dispute_id,opened_at", b'[{"a": 1}]', "纠纷编号".encode("gb18030"), b"\xff\xfed\0"]
)
def test_text(head: bytes) -> None:
    assert signature(head) is None
