"""The whole bot in virtual time: real actors, a seeded scheduler, the venue's pure core, and faults.

| part                    | its one idea                                                          |
|-------------------------|-----------------------------------------------------------------------|
| scheduler, machine      | actors' own loops in greenlets, one thread, a clock that we move      |
| plan, market            | what one seed chooses                                                 |
| world, process          | the venue, the bot's process, the disk, and what becomes of them      |
| incidents, operator     | what happens beside the wire; the people round the bot                |
| disk, page_cache        | files in memory, with a disk's errors and a power failure's forgetting |
| checks/                 | what must hold, by checkers that share no code with what they check   |
| run, campaign           | a seed's verdict; many seeds over all cores                           |
| trace, report, command  | what has happened, for people                                         |

The wire with its faults is exchange/simulated. Nothing here is imported by the running bot.

What a seed goes through:

1. the market prints once, then the process starts: the real ``Bot`` in a greenlet of its own
2. for the plan's hours incidents happen at their times and the weather changes; the operator restarts what
   has ended, and resumes after ten minutes what waits for a person
3. every fault stops, the price stands still, the operator is at hand at once
4. five minutes later the checkers ask whether everything is as it should be
"""
