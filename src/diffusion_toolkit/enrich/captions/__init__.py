"""Captions: sentences that models write about pictures, from a server or from a model on this machine."""
