"""The harness: real databases, a real mail server, a real browser. One purpose per file."""
