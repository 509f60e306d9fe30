"""What people tell a running bot: a Unix socket in the data folder that only its owner may open.

| request            | body                  | what it does                                               |
|--------------------|-----------------------|------------------------------------------------------------|
| GET  /standing     | ?account=1            | nothing: says how the account stands                       |
| GET  /picture      |                       | nothing: gives the watch's picture (actors/reports)        |
| POST /stop         | account, flatten      | stops the account; closes its positions if asked           |
| POST /flatten      | account, symbol       | closes the account's positions, or those of a symbol       |
| POST /resume       | account, symbol, side | lets the account, a symbol or a side go on                 |

The picture is JSON of its own; every other is answered by the account's ``Standing`` as JSON, in which
``refused`` says why something is not done.
"""
