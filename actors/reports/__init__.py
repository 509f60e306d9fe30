"""What a person asks of the bot, live or over its files: health, status, balance, analyze.

| module    | what it does                                                                    |
|-----------|---------------------------------------------------------------------------------|
| vitals    | when the things happened that the daily check asks about; kept by the watch     |
| picture   | the watch's model and vitals as the control socket gives them, and back again   |
| asking    | the picture of a config's running process                                       |
| status    | the picture for eyes and for programs                                           |
| balance   | each account's money, from the picture or from the exchange                     |
| health/   | the daily check over the picture and the files                                  |
| history/  | the trades and performance files, read and reckoned up                          |
| drawings/ | plots of a history, and the page that holds them                                |
"""
