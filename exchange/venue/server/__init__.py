"""The local venue's transport: REST, WebSockets, signatures, rate limits, faults and the journal.

``serve.serve(options, ready=…)`` runs one until a signal; ``python -m exchange.venue.server`` does so from a
shell. Pure parts (limits, auth, wire, routes, and the sessions of streams and trading) know no sockets;
rest, sockets and connection are the shells round them; engine drives the core and tells hub and journal.
"""
