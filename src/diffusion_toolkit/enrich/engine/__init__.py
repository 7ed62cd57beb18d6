"""Lets models look at pictures: what a stage is, what is to be done, and how it is done without stopping at faults."""
