"""Backups: taking them, proving them, bringing an installation back from one.

But for the proof at the end (`commands`) nothing here needs Django or the settings: an installation whose application
does not start is backed up and restored all the same. Why it is made this way:
docs/adr/0032-a-backup-is-a-snapshot-and-the-files-it-names.md
"""
