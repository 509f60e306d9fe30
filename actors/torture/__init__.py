"""The real bot killed at any instant, against the real venue: two processes, sockets, signals, files.

| part               | its one idea                                                                    |
|--------------------|---------------------------------------------------------------------------------|
| moments, plan      | where a process can be killed; what one seed chooses                            |
| child              | the same ``Bot``, led by its parent; trigger, ports, disk: the moments inside it |
| venue, market      | the venue's process as checkers see it; prices that keep a grid busy            |
| life, stage        | one process from start to kill; kill after kill on one venue                    |
| judge, levels      | what must hold: the simulation's checkers over the venue's books                |
| journal/           | what must hold of every order, line by line in the venue's journal              |

What a kill goes through:

1. a process starts on what the one before has left, the price stands still, and once it trades everything
   must be as it should be: that is the verdict on the kill before
2. the market moves, the process is armed and dies: at its moment, or when its time is up
3. its files are looked at; in a third of the kills the state file is removed, and the market may go on

Nothing here is imported by the running bot, and no code of the bot knows of it.
"""
