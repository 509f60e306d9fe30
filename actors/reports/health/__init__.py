"""The daily check: over the running process and over the files, a line for each thing that must hold.

| check         | look at it                         | not healthy                                            |
|---------------|------------------------------------|--------------------------------------------------------|
| process       |                                    | none serves this config; an account does not run       |
| TP latency    | a close of the last day over 1 s   | one over 5 s                                           |
| take profits  |                                    | a side that holds a position without one, twice 3 s apart |
| orphans       |                                    | any in the last day                                    |
| recoveries    | any in the last day                |                                                        |
| resync loops  | more syncs after gaps than gaps    |                                                        |
| balance calls | over 2 in the last hour            | over 60                                                |
| feeds         | a loss in the last hour            | one is down, silent for 60 s; over 5 losses in an hour |
| syncs         |                                    | none for 5 intervals; the last one failed              |
| guard         | frozen                             | stopped                                                |
| restarts      | any in the last day                | over 5 in the last hour                                |
| mailboxes     | over 100 messages wait somewhere   | over 1000                                              |
| clock         | over 1 s beside the exchange's     |                                                        |
| state file    | kept aside ones lie beside it      | unreadable, refused, or not written                    |
| trades, performance |                              | a line or header that is wrong                         |
| lock          |                                    | held by a process that does not answer                 |
| flag          |                                    | the account is stopped, or starts as stopped           |
| disk          | under 1 GB free                    | under 100 MB free, or not to be written                |
"""
