"""The daily check: over the running process and over the files, a line for each thing that must hold.

| check         | worth a look                     | not healthy                                       |
|---------------|----------------------------------|---------------------------------------------------|
| process       |                                  | none serves this config; an account does not run  |
| mailboxes     | over 100 messages wait somewhere | over 1000                                         |
| clock         | over 1 s beside the exchange's   |                                                   |
| disk          | under 1 GB free                  | under 100 MB free, or not to be written           |
| TP latency    | a close of the last day over 1 s | one over 5 s                                      |
| take profits  | a side without a right one for   | a side without a right one for over 10 s          |
|               | over 3 s; the guard keeps one    |                                                   |
|               | away                             |                                                   |
| orphans       |                                  | any in the last day                               |
| recoveries    | any in the last day              |                                                   |
| resync loops  | more syncs after gaps than gaps  |                                                   |
| balance calls | over 2 in the last hour          | over 60                                           |
| feeds         | a loss in the last hour          | one down, silent for 60 s, or lost over 5 times   |
| prices        | the newest one is over 20 s old  | over 60 s old, or none has come                   |
| syncs         |                                  | none for 5 intervals; the last one failed         |
| guard         | frozen; a side is paused; a rule | stopped                                           |
|               | fires; a close has failed        |                                                   |
| limits        | a loss over 80 % of its rule's   | a maintenance rate over 80 % of its rule's        |
| restarts      | any in the last day              | over 5 in the last hour                           |
| state file    | unreadable ones are kept aside   | unreadable, refused, not written, or gone         |
| trades        |                                  | a line or the header is wrong; gone               |
| performance   |                                  | the same; no row for 5 minutes                    |
| flag          |                                  | the account is stopped, or will start as stopped  |
| lock          |                                  | held by another process than the one that answers |

Where no process runs, the process, the disk and the files are checked. What can't be looked at is bad.
"""
