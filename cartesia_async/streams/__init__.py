"""What a streaming call gives: one shape for audio, events and pages, and its blocking twin."""
