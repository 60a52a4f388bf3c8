"""Everything under ``/``."""

from __future__ import annotations

from .._calls.binding import R, Resource, endpoint
from .._calls.fetch import Fetch
from .._wire.request import Request
from ..models.api_status import ApiInfo


class ApiStatus(Resource[R]):
    """The service's own state."""

    @endpoint
    def get(self) -> Fetch[ApiInfo]:
        """
        Ask whether the service is up, and which API version it speaks by default.

        Returns:
            Its state.

        Raises:
            CartesiaError: The request failed.
        """
        # https://docs.cartesia.ai/api-reference/api-status/get
        return Fetch(Request("GET", "/", needs=("api_status.get",)), ApiInfo)
