"""Import of a programme from a file: read, checked whole, then loaded all or nothing.

`reading` opens the YAML, `shapes` and `layout` say what it must look like, `rules` what must hold
between its parts, and the `load_…` files write what is not here yet. Nothing that is here already
is ever changed.
"""
