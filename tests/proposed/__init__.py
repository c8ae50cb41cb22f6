"""Proposed notices, made up: one that could be announced, as the README explains it, and the mistakes in a test."""
