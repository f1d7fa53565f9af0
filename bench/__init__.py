"""How fast things are. Seconds are process time on one core (user and system), so that other work on the machine does
not count; the README holds the figures."""
