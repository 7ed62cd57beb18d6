"""Where runs are worked off: on this machine, or on a cluster."""
