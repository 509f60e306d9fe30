"""What must hold in a simulated run, looked at by checkers that share no code with what they check.

They look at the venue's records (truth.py), at the messages and plain states that they are shown
(watching.py), and do the strategy's arithmetic by themselves (oracle.py). board.py runs them all.

| file               | what must hold                                                           | failure |
|--------------------|--------------------------------------------------------------------------|---------|
| take_profits       | one live take profit a side, never larger than the leg, amended rightly  |         |
| decisions          | an id, a slot, an attempt, a level's quantity: never twice               |         |
| margin             | margin is never spent twice                                              |         |
| wallet_reads       | two REST reads of the wallet an hour                                     | 4       |
| old_entries        | no entry from before a close once the reopening is accepted              | 1       |
| owners             | what the venue accepts stands in the grid's state already                | 2       |
|                    | others' orders are let alone                                             |         |
| closes, recoveries | a close is acted on in its turn; closes and recoveries are real          | 8       |
| files              | a state file is whole, and never older than the last                     | 5       |
| syncs              | no sync without a cause; no order before the first one                   | 3       |
| references         | reference quantities go with the positions                               | 6       |
| bases              | entries go by a fill or by a recalculation that was due, and then go     | 7       |
| money, books       | money is conserved, each execution is booked once                        |         |
| rows               | no leg's row or execution is taken for the other's; ends are final       |         |
| reopenings         | the right sides open, as deep as they should, with the right quantities  |         |
| standstills        | pauses, stops and freezes have their cause, and causes these effects     |         |
| cycles             | settings hold from a side's opening to its close                         |         |
| kept_away          | a level stays away for a person alone                                    |         |
| procedures         | restarts and closes at market are due; safety take profits stand         |         |
| dawdling           | where nothing has gone wrong, work is done within seconds                |         |
| waits              | waiting is bounded, and balance is really missing                        |         |
| progress           | in the end sides are held, nothing is unknown, nothing hangs             |         |
| progress_orders    | in the end take profits and entries rest as they should                  | 7       |
"""
