"""Answers: what a form was answered with, in which words it asked, and what was permitted."""
