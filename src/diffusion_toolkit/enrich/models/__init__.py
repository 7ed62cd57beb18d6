"""The models that look at pictures: what they are, where their files lie, how these come here and are verified."""
