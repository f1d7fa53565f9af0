"""The screens, one module for each: what is asked of the rooms, and in which template it is shown."""
