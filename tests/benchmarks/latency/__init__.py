"""How long a token takes to be heard, and how many contexts a connection carries."""
