"""Filters of the reference page."""
