"""What every command shares on the side of the terminal: arguments, output, errors, exit codes. Imports no I/O library."""
