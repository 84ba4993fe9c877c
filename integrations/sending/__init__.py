"""What leaves: one message over a socket, and what the receiver made of it. No rows: `integrations.services.sending` has those."""
