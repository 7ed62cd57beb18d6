"""Takes over what happens in watched roots while it happens: events or polling, then a scan of just these places."""
