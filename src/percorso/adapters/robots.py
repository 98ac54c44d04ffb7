"""Which browsers are robots, by their user agent.

The list is kept by others (crawler-user-agents, MIT: https://github.com/monperrus/crawler-user-agents). A robot that says
it is a person is taken for one. Servers that call us by a program of theirs are no robots: only what a page sent is asked.
"""

from functools import lru_cache

from crawleruseragents import is_crawler  # type: ignore[import-untyped]

MOST_READ = 512
"""Characters of a user agent that are looked at."""


@lru_cache(maxsize=50_000)
def is_robot(user_agent: str) -> bool:
    """Whether the list knows it.

    >>> is_robot("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)")
    True
    >>> is_robot("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
    False
    """
    return bool(is_crawler(user_agent[:MOST_READ]))
