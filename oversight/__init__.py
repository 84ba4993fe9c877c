"""How the model and its reviewers agree, drift, break-glass access."""
