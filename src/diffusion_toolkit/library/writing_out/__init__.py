"""Tags and captions written out: into text files beside pictures, as training tools read them, or into the pictures."""
