"""The command line, built upon the public face of the package; needs the extra `cli`."""
