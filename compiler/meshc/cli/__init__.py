"""The command line: parsing, streams, exit codes."""
