"""The prompts of a library: which there are and how often, which are alike, and what their words are worth."""
