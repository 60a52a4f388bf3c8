"""What this library is called and which release it is."""

version = "0.1.0"
