"""The audit: the books held against their seals and against themselves, as they stood after any write."""
