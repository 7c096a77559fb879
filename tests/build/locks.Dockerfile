# Resolves the runtime lock for every Python and platform that the image may have, downloading nothing.
FROM tools
RUN --mount=type=bind,source=backend/requirements/runtime.txt,target=/runtime.txt \
    --mount=type=cache,id=pip,target=/root/.cache/pip \
    --mount=type=secret,id=ca_bundle,target=/etc/ssl/certs/ca-certificates.crt \
    --mount=type=secret,id=pip_config,target=/etc/pip.conf <<EOF
set -eu
for version in 3.12 3.13 3.14; do
    for machine in x86_64 aarch64; do
        pip install --quiet --dry-run --require-hashes --only-binary=:all: --python-version "${version}" --implementation cp \
            --platform "manylinux_2_28_${machine}" --platform "manylinux_2_17_${machine}" --platform "manylinux2014_${machine}" \
            --requirement /runtime.txt --target /nowhere
        echo "resolved for ${version} on ${machine}"
    done
done
EOF
