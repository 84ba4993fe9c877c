"""A colleague's second opinion, and the talk about a case or a cell."""
