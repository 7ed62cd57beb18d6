"""Measurements with their baselines; every command prints what it measured."""
