"""What people tell a running bot: a Unix socket in the data folder that only its owner may open.

| request            | body                  | what it does                                               |
|--------------------|-----------------------|------------------------------------------------------------|
| GET  /standing     | ?account=1            | nothing: says how the account stands                       |
| POST /stop         | account, flatten      | stops the account; closes its positions if asked           |
| POST /flatten      | account, symbol       | closes the account's positions, or those of a symbol       |
| POST /resume       | account, symbol, side | lets the account, a symbol or a side go on                 |

Each is answered by the account's ``Standing`` as JSON; ``refused`` says why something is not done.
"""
