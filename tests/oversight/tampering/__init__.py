"""What somebody with the database password and the disk could do, and a record to do it to."""
