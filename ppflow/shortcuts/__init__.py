"""Keyboard shortcuts: which there are, and turning them off."""
