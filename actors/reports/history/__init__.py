"""The trades and performance files, read and reckoned up: pure functions over parsed rows, but for reading.

| module      | from                       | to                                                   |
|-------------|----------------------------|------------------------------------------------------|
| lines       | a CSV file                 | its whole lines, or the number of one that is spoilt |
| trades      | lines                      | executions                                           |
| performance | lines                      | minutes: equity, available, maintenance rate         |
| cycles      | executions                 | cycles, from a flat leg to a flat leg                |
| equity      | minutes                    | change, peak, drawdowns                              |
| analysis    | cycles, minutes, a period  | what ``analyze`` says of an account                  |
| tables      | an analysis                | tables for eyes                                      |
| documents   | an analysis                | JSON and CSV for programs                            |
"""
