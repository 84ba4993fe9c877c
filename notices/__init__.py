"""What a person is told: in the app and by e-mail, never with patient data."""
