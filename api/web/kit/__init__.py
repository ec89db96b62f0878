"""What pages of several visitors share: the frame, forms, failures, words of supports and profiles."""
