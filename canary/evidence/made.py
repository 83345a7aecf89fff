"""A NamedTuple, made of its fields in half the time its own constructor takes: for what is made per gate and interval."""

made = tuple.__new__
