"""Validators: one subject a file. Rules here are pure functions over facts."""
