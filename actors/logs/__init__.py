"""Logs: lines for people on the terminal, JSON lines for machines in a file an account.

| file        | one idea                                                                       |
|-------------|--------------------------------------------------------------------------------|
| fields.py   | what a record tells beside its text                                            |
| trail.py    | one take-profit close, from its frame to the take profit that follows; pure    |
| steps.py    | what else a grid's step tells: fills, orders, commands; pure                   |
| tracing.py  | grids and order actors say it, where the level asks for it                     |
| formats.py  | a record as a line for people, and as JSON                                     |
| log_file.py | one file: appended, rotated, never in anybody's way                            |
| handlers.py | the terminal, the files of all accounts, and the queue before both             |
| process.py  | the log of a process: set up, held while a view fills the terminal, put away   |

Whoever logs only puts the record into a queue; one thread masks keys, formats and writes. Where that thread
can't follow, or a disk takes nothing, records are lost and counted, and trading goes on.

A record has ``at`` (UTC), ``level``, ``kind`` and ``text``, and where they apply ``account``, ``symbol``,
``side``, ``cycle`` and more (fields.py). What is told of trading has the exchange's clock.

The milestones of a close are records of level INFO with the id of the closed cycle:

| kind                  | when                                                                     |
|-----------------------|--------------------------------------------------------------------------|
| frame_arrived         | the frame that tells it has come; close_read instead where a read did    |
| close_acted           | the grid has acted on it                                                 |
| cancels_sent          | entries of both sides are to be cancelled; again for those that came late |
| late_fill_adopted     | an entry filled after its cancel was asked for                           |
| cancels_ended         | no entry of the old cycles can fill any more                             |
| reopening_decided     | which sides open, and how deep; or stays_flat, and why                   |
| reopening_placed      | the market order is with the order actor                                 |
| reopening_sent        | it has left (told by the order actor)                                    |
| reopening_filled      | the side is held again; or reopening_given_up                            |
| take_profit_sent      | the new take profit is with the order actor, from the first fill on      |
| take_profit_placed    | it rests and leaves exactly the side's size: the close is over           |
| closed_again          | the side has closed before that; the trail of ``next_cycle`` goes on     |

``after_us`` is the time since the frame's arrival, ``next_cycle`` the cycle that follows.
"""
