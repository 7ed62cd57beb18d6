"""What people decided about their pictures, in a form that outlives a database: written out, and brought in."""
