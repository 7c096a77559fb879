from support import steady

__all__ = ["steady"]
