"""The voice qualities that the engines have."""

from __future__ import annotations

import attrs


@attrs.frozen
class Variant:
    """
    A voice quality.

    Attributes:
        pitch: The mean pitch it has by itself, Hz.
        formant: The resonances it has by itself, relative to those of an average man.
        level: How loud it is by itself, the root mean square of its samples.
        feminine: Whether it is heard as a woman's.
    """

    pitch: float
    formant: float
    level: float
    feminine: bool = False


# Those of espeak-ng that sound like people; their numbers were measured on its speech at its middle settings. The order
# is part of what an embedding means: new ones go to the end.
VARIANTS = {
    "m1": Variant(94.0, 0.98, 0.085),
    "m2": Variant(101.0, 1.03, 0.080),
    "m3": Variant(105.0, 0.98, 0.097),
    "m4": Variant(94.0, 1.02, 0.093),
    "m5": Variant(104.0, 1.03, 0.087),
    "m6": Variant(102.0, 1.00, 0.095),
    "m7": Variant(107.0, 0.99, 0.114),
    "m8": Variant(86.0, 0.97, 0.060),
    "f1": Variant(180.0, 1.11, 0.112, feminine=True),
    "f2": Variant(197.0, 1.07, 0.116, feminine=True),
    "f3": Variant(212.0, 1.22, 0.103, feminine=True),
    "f4": Variant(181.0, 1.19, 0.117, feminine=True),
    "f5": Variant(207.0, 1.11, 0.093, feminine=True),
    "Annie": Variant(239.0, 1.24, 0.098, feminine=True),
    "Andrea": Variant(248.0, 1.13, 0.177, feminine=True),
    "Alicia": Variant(254.0, 1.31, 0.106, feminine=True),
    "belinda": Variant(230.0, 1.16, 0.137, feminine=True),
    "linda": Variant(230.0, 1.19, 0.128, feminine=True),
    "steph": Variant(185.0, 1.04, 0.113, feminine=True),
    "Michael": Variant(107.0, 0.87, 0.123),
    "Hugo": Variant(110.0, 0.93, 0.040),
    "pablo": Variant(115.0, 0.98, 0.129),
    "Reed": Variant(118.0, 0.86, 0.140),
    "adam": Variant(101.0, 0.92, 0.099),
    "david": Variant(75.0, 0.80, 0.088),
    "Mario": Variant(106.0, 0.94, 0.110),
    "Nguyen": Variant(149.0, 0.97, 0.091),
    "aunty": Variant(173.0, 1.12, 0.115, feminine=True),
    "shelby": Variant(178.0, 1.10, 0.100, feminine=True),
    "grandma": Variant(199.0, 0.98, 0.095, feminine=True),
    "grandpa": Variant(104.0, 1.02, 0.098),
}


def known_variant(name: str) -> str:
    """Give the name of a variant; `m1` for one that is not known."""
    return name if name in VARIANTS else "m1"
