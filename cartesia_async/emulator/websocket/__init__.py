"""Speech over a WebSocket: many contexts on one connection, text in and events out at the same time."""
