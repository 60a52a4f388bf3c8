"""
Speech over a WebSocket: many contexts on one connection, which heals itself.

From the bottom up: a `Channel` is one context as its connection knows it, a `Connection` is one WebSocket with the
channels on it, and a `Pool` keeps connections and says again what was lost with one. `SpeechContext`, `SpeechSocket` and
`SpeechStream` are what a user holds.
"""
