"""Who does what: one short file per actor, each a thin shell round a pure part of state.

| address          | actor            | owns                                                         |
|------------------|------------------|--------------------------------------------------------------|
| supervisor       | SupervisorActor  | who has died, who has finished; tells the main thread        |
| watch            | WatchActor       | metrics, the live view, the page, the run's summary          |
| feed/public      | PublicFeedActor  | the public stream: one for all accounts, prices conflated    |
| AAA/feed         | PrivateFeedActor | an account's private stream, its reconnection                |
| AAA/socket       | SocketActor      | an account's trading socket, its reconnection                |
| AAA/orders       | OrdersActor      | balance ledger, rate budget, batches, requests under way     |
| AAA/reconciler   | ReconcilerActor  | the sync                                                     |
| AAA/guard        | GuardActor       | the rules of section 12, the emergency stop, its flag file   |
| AAA/keeper       | KeeperActor      | the files                                                    |
| AAA/rest/NAME    | CallerActor      | a blocking HTTP session: closes, orders, looks, reads, settings |
| AAA/grid/SYMBOL  | GridActor        | one symbol's grid                                            |

The main thread is no actor: it waits at the supervisor's outbox and keeps the fleet (actors/fleet.py), which
starts an account's actors, and starts them all again when one of them has died or stands still: it looks for
that itself, once a second (actors/wedges.py), and shows systemd that it lives (actors/notify.py). All run on
a machine (actors/machine.py): threads here, a seeded scheduler in actors/simulation.

The messages between them (messages/ and actors/mail.py):

| from         | message                            | to                | why                             |
|--------------|------------------------------------|-------------------|---------------------------------|
| public feed  | Price                              | grids, orders     | newest; answered by PriceTaken  |
| fleet        | PriceWanted                        | public feed       | a reader has begun              |
| private feed | StreamEvents                       | grid, orders      | one frame's records of a symbol |
| private feed | Wallet                             | orders            | balance                         |
| private feed | StreamOpened, StreamLost           | reconciler        | sync after a gap                |
| private feed | StreamUp                           | grids, orders     | entries wait while it is down   |
| private feed | StreamGap                          | grids             | it may have been a fill         |
| private feed | Unreadable                         | reconciler        | what could not be read is synced |
| socket       | SocketReady, SocketGone            | orders            | the wire, or REST instead       |
| grid         | Decided                            | orders            | place, amend, cancel            |
| grid         | DropEntries                        | orders            | a close: nothing queued leaves  |
| grid         | ProvenAbsent                       | orders            | nothing is reserved any more    |
| orders       | RequestAnswered                    | grid              | exactly one for each command    |
| orders       | BalanceMayFit                      | grids that wait   | a wallet push came              |
| grid         | Call(LookUpOrder, ReadLegs ...)    | rest/looks        | what is unknown                 |
| rest/NAME    | Called                             | whoever called    | the answer, later               |
| reconciler   | Call(ReadSnapshot)                 | rest/reads        | every 60 s, at start, after a gap |
| orders, rest | ClockDoubted                       | reconciler        | a stamp was refused: read it    |
| reconciler   | SymbolSnapshot, then StreamUp      | grids             | the sync's answer, one message  |
| orders       | AccountFigures                     | guard             | money, at the newest marks      |
| grid         | SymbolFigures                      | guard             | sizes, costs, a proven flatten  |
| grid         | CloseFailed, CloseSucceeded        | guard             | closes that fail in a row       |
| grid         | StopAccount, FreezeAccount         | guard             | liquidation, ADL, settlement    |
| private feed | PrivateStreamLost                  | guard             | disconnections                  |
| guard        | ReadForGuard                       | orders            | a doubt, or a fast market       |
| guard        | Stop, Resume                       | grids, orders     | no entry leaves, or again       |
| guard        | Freeze, FreezeAveraging, Panic, FlattenSymbol | grids  | what its rules and people ask for |
| guard        | SaveGuard                          | keeper            | the equity's peak               |
| guard        | AccountStopped                     | supervisor        | emergency stops are counted     |
| main thread  | StopAll                            | guards            | too many of them in an hour     |
| control      | AskStop, AskFlatten, AskResume     | guard (``ask``)   | people, through a Unix socket   |
| control      | AskPicture                         | watch (``ask``)   | health, status, balance         |
| grid         | SaveGrid, TradeBooked              | keeper            | state and executions            |
| everyone     | reports (messages/reports.py)      | watch             | people and Prometheus           |
| guard        | GuardReport                        | watch             | mode, rules that hold, the peak |
| feeds        | StreamHeard                        | watch             | that a connection still talks   |
| fleet        | AccountChanged                     | watch             | an account runs, or does not    |
| reconciler   | ClockRead                          | supervisor        | ours is to be set to it         |
| every shell  | ActorDied, Finished                | supervisor        | failures, and an orderly stop   |
| watch        | LastPicture                        | supervisor        | what the run's summary is made of |
"""
