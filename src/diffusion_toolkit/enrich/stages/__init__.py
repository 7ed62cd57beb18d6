"""What models add to pictures, one kind a file."""
