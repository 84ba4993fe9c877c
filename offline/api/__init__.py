"""What the scripts that keep work on a device ask of the server."""
