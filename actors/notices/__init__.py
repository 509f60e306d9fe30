"""What a person is told wherever he is: stops, guard, restarts, trouble, and once a day a summary.

| file        | one idea                                                                      |
|-------------|-------------------------------------------------------------------------------|
| notice.py   | a notice, and which message makes one (a table of kinds)                      |
| hearing.py  | the same for what takes more than one message: begins, ends, firsts           |
| summary.py  | a day of an account in a few lines                                            |
| outbox.py   | what waits for one channel: folding, backoff; pure, time is an argument       |
| channel.py  | the thread of one channel                                                     |
| delivery.py | apprise, kept from talking                                                    |
| notices.py  | all channels; what the watch tells and the process starts and stops           |
| command.py  | ``notify-test``, and what ``check`` says of channels                          |

The watch hands over each message that it gets; that costs a dictionary entry and never waits. Each channel
has a thread of its own, so that one that hangs delays no other. What waits is folded, so memory is bounded:

| a notice     | leaves                                     | if the channel fails                          |
|--------------|--------------------------------------------|-----------------------------------------------|
| critical     | at once, each with its own text            | after 1, 2, 4 … 300 s; a new one within 5 s   |
| any other    | at once, the next ones ``fold_seconds``    | the same; what has the same account, symbol   |
|              | later, together, the same ones counted     | and kind becomes one line with a count        |
"""
