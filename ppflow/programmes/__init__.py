"""Programmes: their pages, themes, stages and Board."""
