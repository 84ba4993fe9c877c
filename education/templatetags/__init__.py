"""Parts of this app that pages of others show."""
