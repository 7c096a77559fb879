from support.git_projects import policy, repository, server

__all__ = ["policy", "repository", "server"]
