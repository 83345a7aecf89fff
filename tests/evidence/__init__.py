"""Tables, laws and exact enumeration; nothing here needs a fake."""
