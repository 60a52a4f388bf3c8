"""Datasets and their files."""

from __future__ import annotations

import attrs
from aiohttp import web

from ..asked_version import has
from ..exchange import Exchange
from ..paging import page, whole_list
from ..problems import not_found
from ..shapes import dataset_shape, file_shape
from ..state import StoredDataset, StoredFile, new_id, now
from .table import Route
from .voices import DESCRIPTION, NAME

_UNNAMED = "upload"
_MOST_FILENAME = 500
_ONE = "datasets.one"


async def list_(exchange: Exchange) -> web.StreamResponse:
    """`GET /datasets`."""
    shelf, version = exchange.state.datasets, exchange.version
    if not has("datasets.list limit", version):
        return exchange.answer(whole_list(list(shelf), lambda dataset: dataset_shape(dataset, version)))
    return exchange.answer(page(shelf, exchange.query, lambda dataset: dataset_shape(dataset, version)))


async def create(exchange: Exchange) -> web.StreamResponse:
    """`POST /datasets`."""
    body = await exchange.json()
    dataset = StoredDataset(
        id=new_id(),
        name=body.required("name", NAME),
        description=body.optional("description", DESCRIPTION, ""),
        created_at=now(),
    )
    return exchange.answer(dataset_shape(exchange.state.datasets.put(dataset), exchange.version))


async def get(exchange: Exchange) -> web.StreamResponse:
    """`GET /datasets/{id}`."""
    return exchange.answer(dataset_shape(_dataset(exchange), exchange.version))


async def update(exchange: Exchange) -> web.StreamResponse:
    """`PATCH /datasets/{id}`: what is left out stays."""
    dataset = _dataset(exchange)
    body = await exchange.json()
    changed = attrs.evolve(
        dataset,
        name=body.optional("name", NAME, dataset.name),
        description=body.optional("description", DESCRIPTION, dataset.description),
    )
    exchange.state.datasets.put(changed)
    return web.Response(status=204)


async def delete(exchange: Exchange) -> web.StreamResponse:
    """`DELETE /datasets/{id}`."""
    exchange.state.datasets.remove(_dataset(exchange).id)
    return web.Response(status=204)


async def list_files(exchange: Exchange) -> web.StreamResponse:
    """`GET /datasets/{id}/files`."""
    shelf, version = _dataset(exchange).files, exchange.version
    if not has("datasets.list_files limit", version):
        return exchange.answer(whole_list(list(shelf), lambda file: file_shape(file, version)))
    return exchange.answer(page(shelf, exchange.query, lambda file: file_shape(file, version)))


async def upload_file(exchange: Exchange) -> web.StreamResponse:
    """`POST /datasets/{id}/files`: any `purpose` is taken, as older clients send odd ones."""
    dataset = _dataset(exchange)
    file = (await exchange.counted_form("file")).file("file")
    filename = (file.filename or _UNNAMED)[:_MOST_FILENAME]
    dataset.files.put(StoredFile(id=new_id(), filename=filename, size=file.size, created_at=now()))
    return web.Response(status=204)


async def delete_file(exchange: Exchange) -> web.StreamResponse:
    """`DELETE /datasets/{id}/files/{file}`."""
    if _dataset(exchange).files.remove(exchange.ids["file"]) is None:
        raise not_found("file of this dataset")
    return web.Response(status=204)


def _dataset(exchange: Exchange) -> StoredDataset:
    dataset = exchange.state.datasets.get(exchange.ids["id"])
    if dataset is None:
        raise not_found("dataset")
    return dataset


ROUTES = (
    Route("GET", "/datasets", list_),
    Route("POST", "/datasets", create),
    Route("GET", "/datasets/{id}", get, feature=_ONE),
    Route("PATCH", "/datasets/{id}", update, feature=_ONE),
    Route("DELETE", "/datasets/{id}", delete, feature=_ONE),
    Route("GET", "/datasets/{id}/files", list_files),
    Route("POST", "/datasets/{id}/files", upload_file),
    Route("DELETE", "/datasets/{id}/files/{file}", delete_file, feature=_ONE),
)
