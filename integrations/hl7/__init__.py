"""HL7 v2.5.1: result messages out, orders and patients in, acknowledgements and frames. Pure: no Django, no database, no socket."""
