"""Models that pictures are made with: their files, hashes, names, and the pictures made with each."""
