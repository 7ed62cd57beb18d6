"""Moves, copies, renames and deletes files, so that a crash at any moment neither loses nor doubles one.

`plan` and `removing` say what would be done, `work` does it, `recovery` puts right what a crash left, `undo` takes it
back. Whatever is done stands in the journal before the disk is touched.
"""
