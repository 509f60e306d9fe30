"""Who does what: one short file per actor, each a thin shell round a pure part of state.

| address             | actor             | owns                                                        |
|---------------------|-------------------|-------------------------------------------------------------|
| supervisor          | SupervisorActor   | deaths of actors, emergency stops                           |
| watch               | WatchActor        | metrics, the live view, the run's summary                   |
| feed/public         | PublicFeedActor   | the public stream: one for all accounts, prices conflated   |
| AAA/feed            | PrivateFeedActor  | an account's private stream, its reconnection               |
| AAA/socket          | SocketActor       | an account's trading socket, its reconnection               |
| AAA/orders          | OrdersActor       | balance ledger, rate budget, batches, requests under way    |
| AAA/reconciler      | ReconcilerActor   | the sync                                                    |
| AAA/keeper          | KeeperActor       | the files                                                   |
| AAA/rest/NAME       | CallerActor       | one blocking HTTP session: closes, orders, looks, reads     |
| AAA/grid/SYMBOL     | GridActor         | one symbol's grid                                           |

The messages between them:

| from             | message                         | to                | why                               |
|------------------|---------------------------------|-------------------|-----------------------------------|
| public feed      | Price                           | grids, orders     | newest; answered by PriceTaken |
| private feed     | StreamEvents                    | grid, orders      | one frame's records of a symbol   |
| private feed     | Wallet                          | orders            | balance                           |
| private feed     | StreamOpened / StreamLost       | reconciler, grids | sync after a gap; entries wait    |
| grid             | Decided                         | orders            | place, amend, cancel              |
| orders           | RequestAnswered                 | grid              | exactly one for each command      |
| orders           | BalanceMayFit                   | grids             | a wallet push came                |
| grid             | Call(LookUpOrder, ReadLegs ...) | rest/looks        | what is unknown                   |
| rest/NAME        | Called                          | whoever called    | the answer, later                 |
| reconciler       | Call(ReadSnapshot)              | rest/reads        | every 60 s, at start, after a gap |
| reconciler       | SymbolSnapshot, StreamUp        | grids             | the sync's answer, one message    |
| grid             | SaveGrid, TradeBooked           | keeper            | state and executions              |
| everyone         | reports (messages/reports.py)   | watch             | people and Prometheus             |
| everyone         | ActorDied, StopRequested        | supervisor        | failures                          |
"""
