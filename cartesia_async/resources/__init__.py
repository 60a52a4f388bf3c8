"""The families of calls, each method a declaration of what to send and how the answer is read."""
