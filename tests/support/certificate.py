"""A certificate for 127.0.0.1 that no machine trusts, with its key: good for tests only."""

import ssl
from pathlib import Path

CERTIFICATE = """\
-----BEGIN CERTIFICATE-----
MIIBmzCCAUKgAwIBAgIUcRA4tTrVwYRadO6RTZ4Buk8/M0MwCgYIKoZIzj0EAwIw
GjEYMBYGA1UEAwwPU0RMQyBMZW5zIHRlc3RzMCAXDTI2MTEyODA2NTYyNloYDzIx
MjYxMTA0MDY1NjI2WjAaMRgwFgYDVQQDDA9TRExDIExlbnMgdGVzdHMwWTATBgcq
hkjOPQIBBggqhkjOPQMBBwNCAAQw3AjbxM/+uznZVF9mQ0eOXcw4bGkZ4Do99BFo
5xH8UBRsPAIk8E3Bh1v0dNODa3xI6w+Z1ZtVkLlAAWr4gKc3o2QwYjAdBgNVHQ4E
FgQUQc2SRBGp3DrlhdxFiG+Nmw4TPBcwHwYDVR0jBBgwFoAUQc2SRBGp3DrlhdxF
iG+Nmw4TPBcwDwYDVR0RBAgwBocEfwAAATAPBgNVHRMBAf8EBTADAQH/MAoGCCqG
SM49BAMCA0cAMEQCIDYY7e2rnZpK4rKGI3tDYAuMlKTBq23VCH2L6sKLOuN0AiAu
+nroADG4e4Wg57OPNbYuPfG/g5sd8AxzjkqORGUkGQ==
-----END CERTIFICATE-----
"""
KEY = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgo+NtnfOfdhBeoVwN
vtIBi6iURM3ABKFHIch7PfDYKw6hRANCAAQw3AjbxM/+uznZVF9mQ0eOXcw4bGkZ
4Do99BFo5xH8UBRsPAIk8E3Bh1v0dNODa3xI6w+Z1ZtVkLlAAWr4gKc3
-----END PRIVATE KEY-----
"""


def write_certificate(folder: Path) -> Path:
    """The certificate as a file."""
    path = folder / "certificate.pem"
    path.write_text(CERTIFICATE)
    return path


def server_context(folder: Path) -> ssl.SSLContext:
    """TLS for a server with the certificate."""
    key = folder / "key.pem"
    key.write_text(KEY)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(write_certificate(folder), key)
    return context
