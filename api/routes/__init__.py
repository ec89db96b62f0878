"""HTTP endpoints, one file per noun: each translates, calls one service, translates back."""
