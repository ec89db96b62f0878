"""The `trellis` command, one file per command group: parse, call the same service as HTTP does, print."""
