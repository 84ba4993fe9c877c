"""What other systems get and send: the feed of events."""
