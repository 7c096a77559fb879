import steady

__all__ = ["steady"]
