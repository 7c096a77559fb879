# Builds that only tests start; checks.hcl lists them.

# locks-resolve resolves the runtime lock for every Python and platform that the image may have, downloading nothing
FROM tools AS locks-resolve
RUN --mount=type=bind,source=backend/requirements/runtime.txt,target=/runtime.txt \
    --mount=type=cache,id=pip,target=/var/cache/pip \
    --mount=type=secret,id=ca_bundle,target=/etc/ssl/certs/ca-certificates.crt \
    --mount=type=secret,id=pip_config,target=/etc/pip.conf <<EOT
set -eu
for python in 3.12 3.13 3.14; do
    for machine in x86_64 aarch64; do
        pip install --quiet --dry-run --require-hashes --only-binary=:all: --implementation cp --target /nowhere \
            --platform "manylinux_2_28_${machine}" --platform "manylinux_2_17_${machine}" \
            --platform "manylinux2014_${machine}" --python-version "${python}" --requirement /runtime.txt
    done
done
EOT

# plain-install installs the service as anybody would, on the bare base, then migrates and serves
FROM build-base AS plain-install
USER 0:0
COPY backend /backend
RUN --mount=type=cache,id=pip,target=/var/cache/pip \
    --mount=type=secret,id=ca_bundle,target=/etc/ssl/certs/ca-certificates.crt \
    --mount=type=secret,id=pip_config,target=/etc/pip.conf <<EOT
set -eu
export PIP_CACHE_DIR=/var/cache/pip PIP_CERT=/etc/ssl/certs/ca-certificates.crt
export SDLC_LENS_DATABASE_URL=sqlite+aiosqlite:////tmp/lens.db
python3 -m venv /clean
/clean/bin/pip install --quiet /backend
rm -r /backend
/clean/bin/python -m sdlc_lens migrate
/clean/bin/python -m sdlc_lens serve &
timeout 60 sh -c 'until /clean/bin/python -m sdlc_lens healthcheck; do sleep 0.2; done'
EOT

# packages holds the packages of one lock
FROM tools AS packages
ARG LOCK
RUN --mount=type=bind,source=backend/requirements,target=/requirements \
    --mount=type=cache,id=pip,target=/var/cache/pip \
    --mount=type=secret,id=ca_bundle,target=/etc/ssl/certs/ca-certificates.crt \
    --mount=type=secret,id=pip_config,target=/etc/pip.conf \
    pip install --require-hashes --only-binary=:all: --no-build-isolation --requirement "/requirements/${LOCK}.txt"

# schemathesis asks a running service what its schema allows, and much that it does not
FROM packages AS schemathesis
COPY tests/image/schemathesis.toml /schemathesis.toml
ENTRYPOINT ["schemathesis", "--config-file=/schemathesis.toml", "run"]

# spdx validates SPDX documents by the library of the specification's maintainers
FROM packages AS spdx
RUN --mount=type=bind,from=documents,target=/documents --network=none <<EOT
set -eu
for document in /documents/*.spdx.json; do
    pyspdxtools --infile "${document}"
    echo "valid: ${document##*/}"
done
EOT
