"""A market day in minutes, and whether anything grows: ``main.py run`` itself, looked at from outside.

| part     | its one idea                                                                     |
|----------|----------------------------------------------------------------------------------|
| plan     | how long, how fast, what trades                                                  |
| sampling | what a process holds now: /proc and /metrics                                     |
| bot      | ``main.py run`` as a process, with its venue, its log and its port               |
| growth   | the first hour after the warm-up against the last one: medians and tolerances    |
| soak     | from the start to the verdict                                                    |
| report, command | the verdict for people and programs                                      |

The venue's journal is judged by the rules that torture has (actors/torture/journal). Nothing here is imported
by the running bot, and no code of the bot knows of it.
"""
