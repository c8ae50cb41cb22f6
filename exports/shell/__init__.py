"""The shell around the commands: language, help, misuse, refusals, exit codes, the books that a command works on."""
