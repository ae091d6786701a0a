"""Erasing: when somebody asks, and when a clock of retention says so. One path for both."""
