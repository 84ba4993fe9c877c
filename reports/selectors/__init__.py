"""Questions about reports that this app and others ask."""
