"""FHIR R4 (4.0.1) resources as plain dictionaries, made from plain values: nothing here knows Django or the database."""
