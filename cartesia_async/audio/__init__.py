"""Audio that is whole: what it is, how it is put together, written, shown and played."""
