"""What templates need to write money, states and segments."""
