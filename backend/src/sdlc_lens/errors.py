"""Every error that the service raises on purpose, in one tree.

    LensError                       500  INTERNAL_ERROR      exit 1
    ├── NotFound                    404  NOT_FOUND
    ├── PathNotFound                400  PATH_NOT_FOUND
    ├── Invalid                     422  VALIDATION_ERROR
    │   ├── TokenStorageDisabled    422  TOKEN_STORAGE_DISABLED
    │   └── RemoteNotAllowed        422  HOST_NOT_ALLOWED    or sync_error
    ├── Conflict                    409  CONFLICT
    │   ├── SyncInProgress          409  SYNC_IN_PROGRESS
    │   ├── LabelExists             409  LABEL_EXISTS
    │   ├── ConnectionInUse         409  CONNECTION_IN_USE
    │   └── TokenUnreadable         409  TOKEN_UNREADABLE    or sync_error
    ├── GitHubFailed                502  GITHUB_ERROR
    │   ├── InvalidToken            401  INVALID_TOKEN
    │   └── TooManyRequests         429  RATE_LIMITED
    ├── WrongSignature              401  WRONG_SIGNATURE
    ├── HostNotAllowed              400  HOST_NOT_ALLOWED
    ├── MalformedRequest            400  BAD_REQUEST
    ├── RequestTimeout              408  REQUEST_TIMEOUT
    ├── CrossSite                   403  CROSS_SITE_REQUEST
    ├── ContentTooLarge             413  CONTENT_TOO_LARGE
    ├── NotReady                    503  NOT_READY
    │   └── Busy                    503  NOT_READY
    ├── UnusableWorkspace                                    exit 66  (EX_NOINPUT), or sync_error
    │   ├── HeldBack                                         the same, until it is confirmed
    │   └── GitError                502  GIT_ERROR           the same, as all below it
    │       ├── RepositoryNotFound  502  REPOSITORY_NOT_FOUND
    │       ├── TokenRefused        502  UNAUTHORIZED
    │       ├── BranchNotFound      502  BRANCH_NOT_FOUND
    │       ├── FolderNotFound      502  FOLDER_NOT_FOUND
    │       ├── ServerTimeout       502  TIMEOUT
    │       ├── ServerUnreachable   502  UNREACHABLE
    │       ├── CertificateUntrusted  502  TLS_UNTRUSTED
    │       ├── RedirectRefused     502  REDIRECTED
    │       ├── RepositoryTooLarge  502  TOO_LARGE
    │       ├── RateLimited         502  RATE_LIMITED
    │       └── CorruptAnswer       502  CORRUPT
    ├── Unreadable                                           one file: named in the report
    ├── NoPermission                                         exit 77  (EX_NOPERM), or sync_error
    └── StartError                                           exit 1
        ├── SettingError                                     exit 78  (EX_CONFIG)
        ├── UnusableDatabase                                 exit 65  (EX_DATAERR)
        ├── ThreadsRefused                                   exit 71  (EX_OSERR)
        ├── LocksUnsupported                                 exit 72  (EX_OSFILE)
        ├── StorageError                                     exit 74  (EX_IOERR)
        └── AddressTaken                                     exit 69  (EX_UNAVAILABLE)

The first half answers requests, the last ends a start. Each states the problem, then what to do.
Those of git servers and of GitHub are in remote_errors.py.
"""

from collections.abc import Sequence
from typing import ClassVar


class LensError(Exception):
    """The root; its text is shown to users. Another try is useful after `retry_after` seconds."""

    code: ClassVar[str] = "INTERNAL_ERROR"
    title: ClassVar[str] = "Internal error"
    status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, retry_after: int = 0) -> None:
        super().__init__(message)
        self.retry_after = retry_after

    @property
    def headers(self) -> dict[str, str]:
        """Headers of the answer."""
        return {"Retry-After": str(self.retry_after)} if self.retry_after else {}


class NotFound(LensError):
    """A project, document or path does not exist."""

    code, title, status = "NOT_FOUND", "Not found", 404


class PathNotFound(LensError):
    """A workspace's folder is missing, or outside the allowed base."""

    code, title, status = "PATH_NOT_FOUND", "Path not found", 400


class Invalid(LensError):
    """The request is well formed, but a value in it is invalid."""

    code, title, status = "VALIDATION_ERROR", "Invalid request", 422


class TokenStorageDisabled(Invalid):
    """An access token was sent, and no key is set to encrypt it with."""

    code, title = "TOKEN_STORAGE_DISABLED", "Token storage disabled"


class Conflict(LensError):
    """The request conflicts with stored data."""

    code, title, status = "CONFLICT", "Conflict", 409


class SyncInProgress(Conflict):
    """The project is already being synced."""

    code, title = "SYNC_IN_PROGRESS", "Sync in progress"


class LabelExists(Conflict):
    """Another connection has this label."""

    code, title = "LABEL_EXISTS", "Label exists"


class ConnectionInUse(Conflict):
    """The connection is what projects read their repositories with."""

    code, title = "CONNECTION_IN_USE", "Connection in use"


class TokenUnreadable(Conflict):
    """A stored or named access token cannot be read; the others can."""

    code, title = "TOKEN_UNREADABLE", "Token unreadable"


class WrongSignature(LensError):
    """A webhook was called by a sender that does not know the secret."""

    code, title, status = "WRONG_SIGNATURE", "Wrong signature", 401


class HostNotAllowed(LensError):
    """The request names a host that the service does not answer to."""

    code, title, status = "HOST_NOT_ALLOWED", "Host not allowed", 400


class MalformedRequest(LensError):
    """The request is not valid HTTP."""

    code, title, status = "BAD_REQUEST", "Bad request", 400


class RequestTimeout(LensError):
    """The request did not arrive in time."""

    code, title, status = "REQUEST_TIMEOUT", "Request timeout", 408


class CrossSite(LensError):
    """A page of another site asks for a change."""

    code, title, status = "CROSS_SITE_REQUEST", "Cross-site request", 403


class ContentTooLarge(LensError):
    """The request's body is too large."""

    code, title, status = "CONTENT_TOO_LARGE", "Content too large", 413


class NotReady(LensError):
    """The service runs, but cannot answer now."""

    code, title, status = "NOT_READY", "Not ready", 503


class Busy(NotReady):
    """Other requests keep the service busy; the client can try again soon."""

    def __init__(self, message: str, retry_after: int = 5) -> None:
        super().__init__(message, retry_after)


class UnusableWorkspace(LensError):
    """A workspace cannot be synced; its stored documents stay."""

    exit_code = 66


class HeldBack(UnusableWorkspace):
    """A sync would remove so many documents that a mistake is likely; the removal of those at
    `paths` waits for confirmation.
    """

    def __init__(self, message: str, paths: Sequence[str]) -> None:
        super().__init__(message)
        self.paths = paths


class Unreadable(LensError):
    """A document cannot be read; its stored version stays."""


class NoPermission(LensError):
    """This process has no read or write access to a file or folder."""

    exit_code = 77


class StartError(LensError):
    """The service cannot start; the process ends with `exit_code`."""


class SettingError(StartError):
    """A setting is invalid."""

    exit_code = 78


class UnusableDatabase(StartError):
    """The database file is damaged, of a newer version, or another program's."""

    exit_code = 65


class ThreadsRefused(StartError):
    """The system does not allow this process to start threads."""

    exit_code = 71


class LocksUnsupported(StartError):
    """The file system that holds the database does not support locks."""

    exit_code = 72


class StorageError(StartError):
    """The disk is full or fails."""

    exit_code = 74


class AddressTaken(StartError):
    """Another process listens on the configured address."""

    exit_code = 69
