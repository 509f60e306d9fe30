"""A dry run: real prices, a simulated account, and nothing that leaves but reads.

Behind the same ports as the real exchange stands one account of the local venue's pure core, in this
process, fed with the real market's prices.

| asked for                                              | answered by                                |
|--------------------------------------------------------|--------------------------------------------|
| instruments, risk tiers, prices, fees, account info    | the real exchange, by GET                  |
| the equity to begin with, the clock's offset           | the real exchange, by GET, at first use    |
| wallet, positions, orders, executions, server time     | the simulated account                      |
| orders, amendments, cancels, leverage, mode, stops     | the simulated account                      |
| the public stream                                      | the real exchange                          |
| the private stream                                     | the simulated account, while a public      |
|                                                        | stream of its own brings it prices         |
| the trading socket                                     | the simulated account                      |

The real account's orders and positions are never looked at. ``connect.dry_exchange`` gives the four ports.
"""
