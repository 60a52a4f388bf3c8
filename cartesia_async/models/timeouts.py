"""How long to wait."""

from __future__ import annotations

import attrs


def _seconds(_: object, attribute: attrs.Attribute[float], value: object) -> None:
    if value is not None and not _is_positive(value):
        msg = f"{attribute.name} must be a number of seconds above 0, or None for no limit, not {value!r:.40}"
        raise ValueError(msg)


def _is_positive(value: object) -> bool:
    try:
        return isinstance(value, (int, float)) and not isinstance(value, bool) and float(value) > 0
    except OverflowError:
        return False


@attrs.frozen(kw_only=True)
class Timeout:
    """
    Time limits of a call, each in seconds; ``None`` is no limit.

    Attributes:
        connect: To get a connection.
        first_byte: From the request sent to the answer's headers and, on a stream, its first item.
        idle: Between two pieces of a stream, or of an upload.
        total: The whole call, its attempts and waits included. A stream that keeps flowing never
            times out unless this is set.

    Raises:
        ValueError: A limit is not a number above 0.
    """

    connect: float | None = attrs.field(default=5.0, validator=_seconds)
    first_byte: float | None = attrs.field(default=60.0, validator=_seconds)
    idle: float | None = attrs.field(default=30.0, validator=_seconds)
    total: float | None = attrs.field(default=None, validator=_seconds)

    @classmethod
    def of(cls, value: float | Timeout | None) -> Timeout:
        """
        Make limits of what a client is given.

        Args:
            value: Seconds for connect, first_byte and idle; or limits, which stay as they are; or ``None`` for the defaults.

        Raises:
            ValueError: It is none of these, or not above 0.
        """
        if isinstance(value, Timeout):
            return value
        if value is None:
            return cls()
        if not _is_positive(value):
            msg = f"timeout must be a number of seconds above 0, a Timeout, or None for the defaults, not {value!r:.40}"
            raise ValueError(msg)
        return cls(connect=value, first_byte=value, idle=value)
