"""Writing what only the top knows of: the demonstration, which is told through the services of every app below."""
