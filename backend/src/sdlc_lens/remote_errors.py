"""The errors of git servers and of GitHub: branches of the tree in errors.py."""

from sdlc_lens.errors import Invalid, LensError, UnusableWorkspace


class RemoteNotAllowed(Invalid):
    """A git server is not one of those that the service may connect to."""

    code, title = "HOST_NOT_ALLOWED", "Host not allowed"


class GitError(UnusableWorkspace):
    """A repository cannot be read; the stored documents stay."""

    code, title, status = "GIT_ERROR", "Repository not read", 502


class RepositoryNotFound(GitError):
    """The repository does not exist, or needs a token: servers answer both alike."""

    code = "REPOSITORY_NOT_FOUND"


class TokenRefused(GitError):
    """The token is wrong, has expired, or does not cover the repository."""

    code = "UNAUTHORIZED"


class BranchNotFound(GitError):
    """The repository has no such branch or tag."""

    code = "BRANCH_NOT_FOUND"


class FolderNotFound(GitError):
    """The commit has no such folder."""

    code = "FOLDER_NOT_FOUND"


class ServerTimeout(GitError):
    """The server is too slow."""

    code = "TIMEOUT"


class ServerUnreachable(GitError):
    """The server cannot be connected to, or fails."""

    code = "UNREACHABLE"


class CertificateUntrusted(GitError):
    """The server's certificate is not one that this machine trusts."""

    code = "TLS_UNTRUSTED"


class RedirectRefused(GitError):
    """The server redirects to another one, which nobody has named."""

    code = "REDIRECTED"


class RepositoryTooLarge(GitError):
    """The server sends more than the settings allow."""

    code = "TOO_LARGE"


class RateLimited(GitError):
    """The server asks to wait."""

    code = "RATE_LIMITED"


class CorruptAnswer(GitError):
    """The answer of the server is cut off, or breaks git's protocol."""

    code = "CORRUPT"


class GitHubFailed(LensError):
    """GitHub does not answer, or with an error."""

    code, title, status = "GITHUB_ERROR", "GitHub error", 502


class InvalidToken(GitHubFailed):
    """GitHub does not accept the access token."""

    code, title, status = "INVALID_TOKEN", "Invalid token", 401


class TooManyRequests(GitHubFailed):
    """GitHub answers no more requests with this token for now."""

    code, title, status = "RATE_LIMITED", "Rate limited", 429
