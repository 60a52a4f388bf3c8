"""HTTP as values, without any input or output: this room knows neither aiohttp nor event loops."""
