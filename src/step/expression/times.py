"""When a sample was taken, as labs write it: `E16.5-031`, `t5min_rep1`, `ZT0_rep2`, `24hpf`."""

import re
from dataclasses import dataclass
from typing import Literal

from step.errors import InputError, quoted

LONGEST_HEADER = 200  # characters; no lab's header is longer
TimeUnit = Literal["second", "minute", "hour", "day", "week"]

UNIT_BEFORE = {
    "e": "day",  # embryonic day
    "p": "day",  # postnatal day
    "pn": "day",
    "pnd": "day",
    "d": "day",
    "day": "day",
    "zt": "hour",  # zeitgeber time
    "ct": "hour",  # circadian time
    "h": "hour",
    "hour": "hour",
    "min": "minute",
    "w": "week",
    "wk": "week",
    "week": "week",
    "t": None,
    "time": None,
    "": None,
}
UNIT_BEHIND = {
    "s": "second",
    "sec": "second",
    "seconds?": "second",
    "mins?": "minute",
    "minutes?": "minute",
    "h": "hour",
    "hrs?": "hour",
    "hours?": "hour",
    "hp[a-z]": "hour",  # hours post fertilisation, infection, treatment …
    "d": "day",
    "days?": "day",
    "dp[a-z]": "day",
    "w": "week",
    "wks?": "week",
    "weeks?": "week",
    "wp[a-z]": "week",
}
UNKNOWN_UNIT = "mos?|months?|m|y|yrs?|years?|ms|msecs?"  # no `TimeUnit`
NUMBER = r"[0-9]+(?:\.[0-9]+)?"
LABEL = r"(?P<replicate>[0-9A-Za-z#()._-]+(?:\s+[0-9A-Za-z#()._-]+)*)"
FORMS = sorted(UNIT_BEHIND, key=len, reverse=True)
BEHIND = "|".join(FORMS)
WORDS = "|".join(form for form in FORMS if len(form) > 1)
WITH_UNIT_BEFORE = re.compile(
    rf"(?P<before>{'|'.join(name for name, unit in UNIT_BEFORE.items() if unit)})"
    rf"[\s_]*(?P<number>{NUMBER})(?:(?:[\s_-]+|(?=[A-Za-z])){LABEL})?",
    re.IGNORECASE,
)
# 24h1, 0hD1 and 5minrep1 state their unit; 18wt1 is replicate wt1 of 18, and 18_d replicate d.
WITH_UNIT_BEHIND = re.compile(
    rf"(?:t|time)?[\s_]*(?P<number>[-−+]?{NUMBER})(?P<behind>\s?(?:{BEHIND})|[_-](?:{WORDS}))"
    rf"(?:(?:[\s._-]+|(?=(?-i:[0-9]|rep|r[0-9]|(?<=[a-z])[A-Z]))){LABEL})?",
    re.IGNORECASE,
)
WITHOUT_UNIT = re.compile(
    rf"(?:t|time)?[\s_]*(?P<number>[-−+]?{NUMBER})"
    rf"(?![\s_-]?(?:{UNKNOWN_UNIT})(?![A-Za-z]))(?:(?:[\s_-]+|(?=[A-Za-z])){LABEL})?",
    re.IGNORECASE,
)
# In the label, a further time: 24h, 30 min, ZT6 …; behind days or weeks also D2, E3, P1, W1, which
# elsewhere may number donors, embryos, patients or wells, and T0, for replicates count from 1.
ANOTHER_TIME = re.compile(
    rf"(?:^|[\s_-])({NUMBER}(?:{BEHIND})|{NUMBER}[\s_-](?:{WORDS})"
    rf"|(?:zt|ct|h|hour|min|day|week|wk)[\s_]?{NUMBER})(?=$|[\s_-])",
    re.IGNORECASE,
)
ANOTHER_DAY = re.compile(
    rf"(?:^|[\s_-])([depw]{NUMBER}|t[\s_]?0|time[\s_]?{NUMBER})(?=$|[\s_-])", re.IGNORECASE
)
HOURS_AND_MINUTES = re.compile(rf"({NUMBER})h(15|30|45)(?![0-9])", re.IGNORECASE)


@dataclass(frozen=True)
class SampleTime:
    """What a sample's header says.

    Attributes:
        number: As written, without its unit.
        unit: A `TimeUnit`; None where the header states none.
        embryonic: Whether the number is an embryonic day (`E16.5`, `16.5dpc`).
        replicate: The rest of the header; empty where there is none.
    """

    number: float
    unit: str | None
    embryonic: bool
    replicate: str


def parse_sample_time(header: str) -> SampleTime:
    """Time and replicate of a header.

    A number, with its unit before it (`E16.5`, `P0.5`, `D3`, `ZT4`), behind it (`5min`, `0h`,
    `24hpf`, `16.5dpc`) or nowhere (`18`, `-4.5`, `t5`); then the replicate (`_rep2`, `-031`,
    `b-6.314`).

    Raises:
        InputError: The header names no time, or two, or hours with what may be minutes.
    """
    text = header.strip()
    patterns = (WITH_UNIT_BEFORE, WITH_UNIT_BEHIND, WITHOUT_UNIT)
    matches = (pattern.fullmatch(text[:LONGEST_HEADER]) for pattern in patterns)
    match = next(filter(None, matches), None)
    if match is None or len(text) > LONGEST_HEADER:
        raise InputError(
            f"the sample header {quoted(header)} names no time. Headers look like 0.5, P0.5, "
            "E16.5-031, t5min_rep1, ZT0_rep2 or 24hpf; if the column is no sample, list it in "
            "`annotation_columns`; if the times stand elsewhere, give a sample sheet."
        )
    found = match.groupdict()
    before = (found.get("before") or "").lower()
    behind = (found.get("behind") or "").lower().strip(" \t_-")
    replicate = found["replicate"] or ""
    unit = UNIT_BEFORE[before]
    if behind:
        unit = next(name for form, name in UNIT_BEHIND.items() if re.fullmatch(form, behind))
    other = ANOTHER_TIME.search(replicate)
    if other is None and unit in ("day", "week"):
        other = ANOTHER_DAY.search(replicate)
    if other:
        raise InputError(
            f"the sample header {quoted(header)} names two times, "
            f"{quoted(text[: match.end('number')])} and {quoted(other[1])}. Rename the sample, or "
            "give a sample sheet."
        )
    mixed = HOURS_AND_MINUTES.search(text)
    if mixed:
        hours, minutes = float(mixed[1]), int(mixed[2])
        raise InputError(
            f"the sample header {quoted(header)} may be replicate {minutes} of {hours:g} hours, or "
            f"{hours:g} hours and {minutes} minutes. Write {hours:g}h_{minutes} or "
            f"{hours + minutes / 60:g}h, or give a sample sheet."
        )
    return SampleTime(
        number=float(found["number"].replace("−", "-")),  # a typographic minus
        unit=unit,
        embryonic=before == "e" or behind == "dpc",
        replicate=replicate,
    )


def study_time(sample: SampleTime, place: str, time_unit: str, birth_day: float | None) -> float:
    """The sample's time in the study's unit, embryonic days before those after birth.

    Args:
        sample: From `parse_sample_time`.
        place: Where it was read, for messages.
        time_unit: The study's unit.
        birth_day: Embryonic day that counts as time zero.

    Raises:
        InputError: The header states another unit, or an embryonic day without `birth_day`.
    """
    if sample.unit not in (None, time_unit):
        raise InputError(
            f"{place} states a time in {sample.unit}s, but the study's "
            f"`time_unit` is {time_unit}. Times of one study have one unit: correct `time_unit` in "
            "globals.yml, or give the times in it, in the headers or in a sample sheet."
        )
    if not sample.embryonic:
        return sample.number
    if birth_day is None:
        raise InputError(
            f"{place} names an embryonic day; set `birth_day`, the "
            "embryonic day that counts as time zero."
        )
    return sample.number - birth_day
