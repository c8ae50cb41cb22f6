"""Proposed notices, made up: one that could be announced, as docs/notices.md has it, and the mistakes in a test."""
