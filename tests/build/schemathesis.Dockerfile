# Asks a running service what its schema allows, and much that it does not.
FROM tools
RUN --mount=type=bind,source=backend/requirements/schema.txt,target=/schema.txt \
    --mount=type=cache,id=pip,target=/root/.cache/pip \
    --mount=type=secret,id=ca_bundle,target=/etc/ssl/certs/ca-certificates.crt \
    --mount=type=secret,id=pip_config,target=/etc/pip.conf \
    pip install --require-hashes --only-binary=:all: --no-build-isolation --requirement /schema.txt
COPY tests/image/schemathesis.toml /schemathesis.toml
ENTRYPOINT ["schemathesis", "--config-file=/schemathesis.toml", "run"]
