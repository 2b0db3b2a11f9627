"""Numbers that are no personal data: decimals, measurements, part numbers, dates, books, versions, hashes, places."""

from __future__ import annotations

import pytest

from analysis.personal_data.scanning import scanner

NOTHING = (
    "var rate = 2.3500000000000001E-3;",
    "transform: translate(0%, -0.5309136012499991%)",
    "version 10.0.19041.1 was installed",
    "The latencies were 250 300 1000 ms",
    "ISBN 978-3-16-148410-0",
    "pi is 3.14159265358979",
    "id 402-118-2260 is the part",
    "seed=4111111111111",
    "0.30000000000000004",
    "git 4a5b6c7d8e9f0a1b2c3d4e5f60718293a4b5c6d7",
    "uuid 123e4567-e89b-12d3-a456-426614174000",
    "coordinates 48.137154, 11.576124",
    "epoch 1700000000 and 1699999999",
    "1 800 2 900 3 000 4 100",
    "let eps = 1.7320508075688772E-9;",
    'path d="M 0.4142135623 -1.7724538509 L 2.5066282746 3.6055512755"',
    "The build 22.0.621001.4 failed on 23.1.779.12",
    "Response times: 212 345 1200 us over 3 runs",
    "Durations of 415 330 2210 seconds were logged",
    "We measured 206 247 9981 bytes per frame",
    "ISBN-10: 0-306-40615-2 and ISBN 9780306406157",
    "part no. 415-882-3391 replaces SKU 617-220-4417",
    "the part is 402-218-2260",
    "the number 415-882-3391 is a part",
    "sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "guid 7d444840-9dc0-11d1-b245-5ffdce74fad2",
    "lat 52.5200066 lon 13.4049540",
    "ts=1733011200123, previous 1733011199877",
    "torch.manual_seed(4242424242423)",
    "2 400 3 800 5 200 7 100",
    "In 2019 2020 2021 2022 sales were 1 200 300 units",
    "Sent messages to 1 250 000 people",
    "Mobile: 1080 x 1920, Desk: 120 x 60",
    "matrix [[250 300 1000] [200 400 2000]]",
    "The call took 12 345 678 cycles",
)


@pytest.mark.parametrize("text", NOTHING)
def test_a_number_of_another_kind_is_nothing(text: str) -> None:
    assert scanner().scan_text(text).hits == ()


def test_a_card_number_behind_the_word_order_is_one() -> None:
    text = "Order 4000 1234 5678 9017 shipped"
    assert [(hit.type, text[hit.start : hit.end]) for hit in scanner().scan_text(text).hits] == [
        ("CREDIT_CARD", "4000 1234 5678 9017")
    ]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Ada Tibbs\n12 Mill Lane\n601 189 903-Office\\,04651 17 32 02-Fax", ["601 189 903", "04651 17 32 02"]),
        ("Mobile: 776 456 616\nDesk: (54) 381-464\nFax: 84 23 30", ["776 456 616", "(54) 381-464", "84 23 30"]),
        ("(027) 728-9898 office\n21 291 188 0914 fax\n", ["(027) 728-9898", "21 291 188 0914"]),
        ("They are not answering at 798 9719", ["798 9719"]),
        ("Please have them call me at 616 167 304 today", ["616 167 304"]),
        ("Write to +41 42 997 52 88 or (284)838-3620x44", ["+41 42 997 52 88", "(284)838-3620x44"]),
        ("My number is 415-882-3391.", ["415-882-3391"]),
        ("ring 212 345 1200 after nine", ["212 345 1200"]),
    ],
)
def test_a_number_beside_a_label_is_a_phone_number(text: str, values: list[str]) -> None:
    hits = scanner().scan_text(text).hits
    assert [text[hit.start : hit.end] for hit in hits] == values
    assert {hit.type for hit in hits} == {"PHONE_NUMBER"}
    assert scanner().plain_scan(text) == hits
