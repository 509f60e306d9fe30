"""pybit behind our ports: wire decoding as pure functions, requests and streams without pybit's hazards.

wire     fields, rows, decode_*, encode, codes: pure functions between raw JSON and messages
http     pybit's session, one per thread: signs and sends, judges nothing
rest     the port Rest over it (reads, composites)
sockets  pybit's websockets, silent on their own: no retry, no dying reader, every end told
streams, trading  the ports PrivateStream, PublicStream, TradingSocket over them

``connect.bybit_exchange`` gives all four for one account.
"""
