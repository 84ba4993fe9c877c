"""The feed through the API."""
