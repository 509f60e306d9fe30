"""The commands of main.py, by what they are about; each is a function that typer calls.

| module    | commands                                      |
|-----------|-----------------------------------------------|
| trading   | run, check                                    |
| people    | stop, flatten, resume                         |
| reports   | health, status, balance                       |
| analysis  | analyze                                       |
| serving   | venue                                         |
| proof     | simulate, torture, soak                       |
| arguments | what several of them take, and how it is read |
| outputs   | the files that they write                     |
"""
