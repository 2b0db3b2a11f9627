"""Is personal data masked in values of files that are not opened yet, in every text of them?"""

from __future__ import annotations

from analysis.personal_data.unopened import masked_values


def test_hits_are_masked_in_every_text_and_what_is_no_hit_stays() -> None:
    mail = "odile.marchetti@laposte.net"
    values = [
        f"Write to {mail}, or pay with 4539 1488 0343 6467.",
        [{"role": "user", "content": f"I am {mail}"}],
        f'{{"from": "{mail}", "n": 1}}',
        "me@example.com",
        None,
        12,
    ]
    assert masked_values(values) == [
        "Write to o••@l••.net, or pay with ••6467.",
        [{"role": "user", "content": "I am o••@l••.net"}],
        '{"from": "o\\u2022\\u2022@l\\u2022\\u2022.net", "n": 1}',
        "me@example.com",
        None,
        12,
    ]


def test_a_value_at_the_edge_of_what_is_shown_is_masked_and_a_long_text_is_cut() -> None:
    [masked] = masked_values(["a " * 95 + "odile.marchetti@laposte.net " + "b " * 20_000])
    assert "marchetti" not in masked and len(masked) < 10_001
    assert masked_values([]) == []
