"""What people enter about other systems."""
