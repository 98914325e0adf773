"""Numbers of a spreadsheet that are dates."""

import pytest

from transforms.ingest.serials import NumberForm, number_form, number_text

CODES = {
    164: 'yyyy"年"m"月"d"日"', 165: "0.00", 166: "[$-804]yyyy/m/d h:mm:ss;@", 167: "h:mm", 168: "General",
    169: '"days: "0', 170: "[Red]0.00E+00", 171: "mm:ss", 172: "\\d0", 173: "mmm", 174: "0;[Red]-yyyy",
}  # fmt: skip


@pytest.mark.parametrize(
    ("number_format", "form"),
    [
        (0, NumberForm.NUMBER), (2, NumberForm.NUMBER), (14, NumberForm.DATE), (22, NumberForm.MOMENT),
        (20, NumberForm.TIME), (31, NumberForm.DATE), (32, NumberForm.TIME), (57, NumberForm.DATE), (49, NumberForm.NUMBER),  # noqa: E501
        (164, NumberForm.DATE), (165, NumberForm.NUMBER), (166, NumberForm.MOMENT), (167, NumberForm.TIME),
        (168, NumberForm.NUMBER), (169, NumberForm.NUMBER), (170, NumberForm.NUMBER), (171, NumberForm.TIME),
        (172, NumberForm.NUMBER), (173, NumberForm.DATE), (174, NumberForm.NUMBER), (999, NumberForm.NUMBER),
    ],
)  # fmt: skip
def test_number_formats(number_format: int, form: NumberForm) -> None:
    assert number_form(number_format, CODES) is form


@pytest.mark.parametrize(
    ("text", "form", "is_1904", "expected"),
    [
        ("46027", NumberForm.DATE, False, "2026-01-05"), ("44565", NumberForm.DATE, True, "2026-01-05"),
        ("46027.585416666669", NumberForm.MOMENT, False, "2026-01-05T14:03:00"),
        ("46027", NumberForm.MOMENT, False, "2026-01-05T00:00:00"), ("46027.5", NumberForm.DATE, False, "2026-01-05T12:00:00"),  # noqa: E501
        ("0.5", NumberForm.TIME, False, "12:00:00"), ("46027.5", NumberForm.TIME, False, "2026-01-05T12:00:00"),
        # The first days of 1900, before and after the day that never was.
        ("1", NumberForm.DATE, False, "1900-01-01"), ("59", NumberForm.DATE, False, "1900-02-28"),
        ("61", NumberForm.DATE, False, "1900-03-01"), ("0", NumberForm.DATE, True, "1904-01-01"),
        ("2958465", NumberForm.DATE, False, "9999-12-31"), ("2957003", NumberForm.DATE, True, "9999-12-31"),
        # No dates, whatever the format says.
        ("-1", NumberForm.DATE, False, "-1"), ("2958466", NumberForm.DATE, False, "2958466"),
        ("2958465", NumberForm.DATE, True, "2958465"), ("soon", NumberForm.DATE, False, "soon"),
        # Numbers with the digits that a spreadsheet shows.
        ("12", NumberForm.NUMBER, False, "12"), ("0.30000000000000004", NumberForm.NUMBER, False, "0.3"),
        ("1.23456789012346E+15", NumberForm.NUMBER, False, "1234567890123460"), ("1E-7", NumberForm.NUMBER, False, "0.0000001"),  # noqa: E501
        ("nan", NumberForm.NUMBER, False, "nan"), ("1e999", NumberForm.NUMBER, False, "1e999"),
    ],
)  # fmt: skip
def test_numbers_as_their_reader_sees_them(text: str, form: NumberForm, is_1904: bool, expected: str) -> None:
    assert number_text(text, form, is_1904=is_1904) == expected
