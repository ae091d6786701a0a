"""Editing: coordinators write the content where it is read; facilitators report progress.

`sheet.py` is how every such page behaves; one file of routes for each thing.
"""
