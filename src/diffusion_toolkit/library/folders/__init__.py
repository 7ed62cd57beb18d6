"""The folders inside roots: the tree, which are passed over, and how they are made, moved and deleted."""
