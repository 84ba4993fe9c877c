"""What a person reads on a page: its words, however the template broke its lines."""


def text(response):
    """Return the body of `response` with every run of white space folded to one space."""
    return " ".join(response.content.decode().split())
