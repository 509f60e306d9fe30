"""The ports of exchange/ports.py over the venue's pure core, in virtual time, with faults on the way.

All that decides is real: the client's decoding, connections, paging and answers, the venue's gateway,
trading session and core. Simulated are pybit's socket and session alone, and the ways between. Nothing
here asks for the machine's time; all chance is drawn from one ``Random`` in the order of events.

The kinds of faults, by the names under which ``SimulatedVenue.faults`` counts them. Requests: one of
these at most befalls each.

| kind             | what happens                                                     | carried out? |
|------------------|------------------------------------------------------------------|--------------|
| lost_request     | never arrives: a timeout by REST, ``expire`` on the socket       | no           |
| lost_reply       | arrives, and nothing comes back                                  | yes          |
| slow_request     | arrives late; outside its window 10002, perhaps heard by nobody  | if in time   |
| slow_reply       | the answer is old when it comes, or comes after the timeout      | yes          |
| broken_off       | the connection breaks; what was asked may arrive long after      | either       |
| connect_timeout  | no connection in 3 s: it never left                              | no           |
| connect_refused  | no connection: it never left                                     | no           |
| server_error     | HTTP 500, 502, 503 or 504                                        | either       |
| protection       | HTTP 429                                                         | either       |
| forbidden        | HTTP 403                                                         | no           |
| overloaded       | 10000, 10014, 10016, 10019, 10429, 500000, 40004; 110072 only    | either       |
|                  | for an order that was accepted                                   |              |
| refused          | a definite code that fits: rate limits, 110007, 110017, 110079 … | no           |
| unreadable_reply | no JSON, no retCode, or (reads) a row without what it must have  | either       |
| spoiled_batch    | single orders of a batch are refused, or their codes say nothing | item by item |

Of these connect_timeout, connect_refused, broken_off and the HTTP statuses befall REST alone. Uncalled
for by the weather: timeout (no reply in 5 s), stale_request (10002), rate_limited (10006 of the account's
own budget, by items in a batch) and address_limited (HTTP 403 for 10 minutes, 10403).

| kind             | what happens to frames                                                          |
|------------------|---------------------------------------------------------------------------------|
| late_frame       | comes late; its topic waits behind it, other topics don't                       |
| doubled_frame    | comes twice, the one after the other                                            |
| unreadable_frame | no JSON, or a record without what it must have: ``on_problem`` is told          |
| missing_wallet   | a push of the wallet never comes                                                |

| kind             | what happens to connections (``private``, ``public``, ``trading``)              |
|------------------|---------------------------------------------------------------------------------|
| private_cut …    | a close frame: ``on_lost`` at once; frames on their way are lost, requests by   |
|                  | half                                                                            |
| private_silence… | nothing is heard any more; the client finds out by ``check``                    |
| shut             | after an end: no connection of this kind for a while                            |
| refused_dial     | nobody answers a dial: it raises Retryable                                      |
| slow_dial        | dialling takes its time; after 8 s it raises Retryable                          |
| replayed         | a new private stream begins with the last executions once more                  |
| outage           | every connection ends, nothing answers (REST: connect_timeout, connect_refused, |
|                  | server_error or lost_request, one kind an outage)                               |

What the protocol excludes never happens: frames of one topic in another order, a definite refusal of what
was carried out, a frame lost on a connection that stands (but for wallets), an answer that names another
order.
"""
