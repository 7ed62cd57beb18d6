"""The parts of a scan. The door is `library.scan`; readers run in processes of their own and import little."""
