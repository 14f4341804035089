"""The command line: one thin file a command, loaded only when it is asked for."""
