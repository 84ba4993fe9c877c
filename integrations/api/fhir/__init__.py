"""FHIR R4 over HTTP, to be read."""
