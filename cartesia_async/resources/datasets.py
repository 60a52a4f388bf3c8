"""Everything under ``/datasets``."""

from __future__ import annotations

from typing import TypeVar

from .._calls.binding import R, Resource, endpoint
from .._calls.fetch import Fetch
from .._calls.listing import Listing
from .._wire import checks
from .._wire.request import Form, Request, params, path, used
from ..models.datasets import Dataset, DatasetFile
from ..models.uploads import Upload, Uploadable

T = TypeVar("T")


class Datasets(Resource[R]):
    """Collections of recordings to train voices on."""

    @endpoint
    def list(
        self, *, limit: int | None = None, starting_after: str | None = None, ending_before: str | None = None
    ) -> Listing[Dataset]:
        """
        List your datasets.

        Args:
            limit: Datasets on a page, at most 100 (from 2025-04-16, as the next two).
            starting_after: The id after which to begin.
            ending_before: The id before which to end.

        Returns:
            The datasets, page by page.

        Raises:
            ValueError: An argument is known to be wrong.
            CartesiaError: The request failed.
        """
        # https://docs.cartesia.ai/api-reference/datasets/list
        return _listing(
            "datasets.list",
            "/datasets/",
            Dataset,
            limit=limit,
            starting_after=starting_after,
            ending_before=ending_before,
        )

    @endpoint
    def create(self, *, name: str, description: str | None = None) -> Fetch[Dataset]:
        """
        Make a dataset.

        Args:
            name: Its name.
            description: What is in it (from 2025-04-16).

        Returns:
            The dataset.

        Raises:
            ValueError: An argument is known to be wrong.
            CartesiaError: The request failed.
        """
        # https://docs.cartesia.ai/api-reference/datasets/create
        body = {"name": checks.text("name", name)}
        if description is not None:
            body["description"] = description
        needs = used("datasets.create", {"description": description})
        return Fetch(Request("POST", "/datasets/", needs=needs, json=body), Dataset)

    @endpoint
    def list_files(
        self, id: str, *, limit: int | None = None, starting_after: str | None = None, ending_before: str | None = None
    ) -> Listing[DatasetFile]:
        """
        List the files of a dataset.

        Args:
            id: The dataset.
            limit: Files on a page, at most 100 (from 2025-04-16, as the next two).
            starting_after: The id after which to begin.
            ending_before: The id before which to end.

        Returns:
            The files, page by page.

        Raises:
            ValueError: An argument is known to be wrong.
            CartesiaError: The request failed.
        """
        # https://docs.cartesia.ai/api-reference/datasets/list-files
        where = path("datasets", checks.identifier("id", id), "files")
        return _listing(
            "datasets.list_files",
            where,
            DatasetFile,
            limit=limit,
            starting_after=starting_after,
            ending_before=ending_before,
        )

    @endpoint
    def upload_file(self, file: Uploadable, id: str, *, purpose: str = "fine_tune") -> Fetch[None]:
        """
        Add a file to a dataset.

        Args:
            file: A path, bytes, a binary file, an iterable of bytes, or an `Upload`.
            id: The dataset.
            purpose: What it is for.

        Raises:
            ValueError: An argument is known to be wrong.
            CartesiaError: The request failed.
        """
        # https://docs.cartesia.ai/api-reference/datasets/upload-file
        where = path("datasets", checks.identifier("id", id), "files")
        form = Form((("purpose", checks.text("purpose", purpose)),), (("file", Upload.of(file)),))
        return Fetch(Request("POST", where, needs=("datasets.upload_file",), form=form), type(None))


def _listing(
    call: str, where: str, into: type[T], *, limit: int | None, starting_after: str | None, ending_before: str | None
) -> Listing[T]:
    query = {
        "limit": checks.page_size("limit", limit),
        "starting_after": starting_after,
        "ending_before": ending_before,
    }
    return Listing(Request("GET", where, needs=used(call, query), params=params(query)), into)
