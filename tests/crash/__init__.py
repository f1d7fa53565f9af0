"""Killing the office while it posts: nothing is lost, nothing is done twice, nothing is half done."""
