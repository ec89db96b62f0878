"""The commands of `trellis eval`, one module each; `eval.cli` puts them together."""
