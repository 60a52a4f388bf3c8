"""The only rooms that touch the world: sockets, files, threads, clocks."""
