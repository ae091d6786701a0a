"""The visit behind a private link: knocking, entering, asking for a new link, closing."""
