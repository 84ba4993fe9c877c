"""What every API endpoint shares: errors, paging, throttles, idempotency, versions, schema.

Imports none of our apps except ``audit`` (for the request id), so that any app may import it.
"""
