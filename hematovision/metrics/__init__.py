"""What Prometheus may scrape at /metrics: counts and times, never who or what they are about.

Two kinds of figures. Requests and refused uploads are counted by the web process that answers them: sum them over
processes. Everything else is counted from rows when it is asked for, the same in every process and in none twice, however
often a message was sent: take the maximum, never the sum.
"""
