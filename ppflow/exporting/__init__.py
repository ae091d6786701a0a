"""Lists of forms as a file: what staff may see of them, never a note or a sensitive answer."""
