# Validates SPDX documents by what the specification's own people publish for it.
FROM tools AS validator
RUN --mount=type=bind,source=backend/requirements/sbom.txt,target=/sbom.txt \
    --mount=type=cache,id=pip,target=/root/.cache/pip \
    --mount=type=secret,id=ca_bundle,target=/etc/ssl/certs/ca-certificates.crt \
    --mount=type=secret,id=pip_config,target=/etc/pip.conf \
    pip install --require-hashes --only-binary=:all: --no-build-isolation --requirement /sbom.txt

FROM validator AS validation
RUN --mount=type=bind,from=documents,target=/documents --network=none <<EOF
set -eu
for document in /documents/*.spdx.json; do
    pyspdxtools --infile "${document}"
    echo "valid: ${document##*/}"
done
EOF
