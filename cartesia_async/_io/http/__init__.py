"""The one room that knows aiohttp: nothing of it leaves this folder."""
