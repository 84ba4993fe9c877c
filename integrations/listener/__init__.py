"""The process that listens for HL7 over MLLP: ports that follow the connections, sessions with bounds, no patient data in its log."""
