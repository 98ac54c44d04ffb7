"""Every error Percorso raises on purpose, as one tree.

    PercorsoError
    ├── InvalidInput            invalid_input          what was given cannot be used
    │   ├── MalformedBody       malformed_body         the request body cannot be read at all
    │   ├── TooLarge            too_large              the body is over the limit
    │   ├── TooSlow             too_slow               the body did not come in time; send it again
    │   ├── InvalidMapping      invalid_mapping        an import map is wrong
    │   ├── InvalidConfig       invalid_config         a pack or configuration record is wrong
    │   ├── InvalidQuery        invalid_query          a question to the tables is wrong or not allowed
    │   └── Ambiguous           ambiguous              a bare value has several meanings
    ├── Unauthenticated         unauthenticated        no key, or a wrong one
    ├── Forbidden               forbidden              a right is missing
    ├── NotFound                not_found              no such thing
    ├── Conflict                conflict               it is there already, or it changed meanwhile
    ├── TooManyRequests         too_many_requests      slow down and come again
    ├── StoreUnavailable        store_unavailable      nothing was stored; try again
    ├── AnalysisUnavailable     analysis_unavailable   the analysis process does not answer; try again
    ├── DirectoryLocked         directory_locked       another process owns the data directory
    ├── VersionMismatch         version_mismatch       the data is of another version or another log
    ├── RenderFailed            render_failed          a message cannot be written from its template
    └── ChannelError
        ├── ChannelRefused      channel_refused        the provider said no, for good
        └── ChannelUnavailable  channel_unavailable    the provider did not take it; it may later

Each class has a stable ``code``; its HTTP status stands in one table, ``http/errors.py``. A message tells the
user what to do next and never holds personal data. A step that refuses one event of a batch returns a verdict
with a reason instead of raising.
"""


class PercorsoError(Exception):
    """The root. ``message`` is for people, ``code`` for programs."""

    code = "error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidInput(PercorsoError):
    code = "invalid_input"


class MalformedBody(InvalidInput):
    code = "malformed_body"


class TooLarge(InvalidInput):
    code = "too_large"


class TooSlow(InvalidInput):
    code = "too_slow"


class InvalidMapping(InvalidInput):
    code = "invalid_mapping"


class InvalidConfig(InvalidInput):
    code = "invalid_config"


class InvalidQuery(InvalidInput):
    code = "invalid_query"


class Ambiguous(InvalidInput):
    code = "ambiguous"


class Unauthenticated(PercorsoError):
    code = "unauthenticated"


class Forbidden(PercorsoError):
    code = "forbidden"


class NotFound(PercorsoError):
    code = "not_found"


class Conflict(PercorsoError):
    code = "conflict"


class TooManyRequests(PercorsoError):
    """``retry_after_s``: seconds to wait."""

    code = "too_many_requests"

    def __init__(self, message: str, retry_after_s: int = 1) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class StoreUnavailable(PercorsoError):
    """``retry_after_s``: seconds after which the caller should send the same thing again."""

    code = "store_unavailable"

    def __init__(self, message: str, retry_after_s: int = 1) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class AnalysisUnavailable(PercorsoError):
    """``retry_after_s``: seconds after which it is worth asking again."""

    code = "analysis_unavailable"

    def __init__(self, message: str, retry_after_s: int = 2) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class DirectoryLocked(PercorsoError):
    code = "directory_locked"


class VersionMismatch(PercorsoError):
    code = "version_mismatch"


class RenderFailed(PercorsoError):
    code = "render_failed"


class ChannelError(PercorsoError):
    code = "channel_error"


class ChannelRefused(ChannelError):
    """``dead_address``: the address itself takes no mail, now and in future, whatever is sent."""

    code = "channel_refused"

    def __init__(self, message: str, *, dead_address: bool = False) -> None:
        super().__init__(message)
        self.dead_address = dead_address


class ChannelUnavailable(ChannelError):
    code = "channel_unavailable"
