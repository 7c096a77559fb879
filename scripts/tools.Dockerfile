# Development tools: linters, locks, audit, SBOM generator. `tools` is a stage of the Dockerfile one level up.

# linters holds the linters, as locked
FROM tools AS linters
RUN --mount=type=bind,source=backend/requirements/lint.txt,target=/lint.txt \
    --mount=type=cache,id=pip,target=/var/cache/pip \
    --mount=type=secret,id=ca_bundle,target=/etc/ssl/certs/ca-certificates.crt \
    --mount=type=secret,id=pip_config,target=/etc/pip.conf \
    pip install --require-hashes --only-binary=:all: --no-build-isolation --requirement /lint.txt
COPY --chmod=755 <<"EOT" /usr/local/bin/find-faults
#!/bin/sh
# Runs a command, and keeps what it prints in /findings when it fails: one linter must not stop the others.
"$@" >/output 2>&1 || { mkdir -p /findings && cat /output >>/findings/text; }
EOT

WORKDIR /repository

# lint-format finds Python code that ruff would format otherwise
FROM linters AS lint-format
COPY backend backend
COPY scripts scripts
COPY tests tests
RUN --network=none find-faults ruff format --config backend/pyproject.toml --check backend scripts tests

# lint-rules finds Python code against ruff's rules
FROM linters AS lint-rules
COPY backend backend
COPY scripts scripts
COPY tests tests
RUN --network=none find-faults ruff check --config backend/pyproject.toml backend scripts tests

# lint-types finds wrong types in Python code, those of the locked libraries included
FROM linters AS lint-types
RUN --mount=type=bind,source=backend/requirements/runtime.txt,target=/runtime.txt \
    --mount=type=bind,source=backend/requirements/browser.txt,target=/browser.txt \
    --mount=type=cache,id=pip,target=/var/cache/pip \
    --mount=type=secret,id=ca_bundle,target=/etc/ssl/certs/ca-certificates.crt \
    --mount=type=secret,id=pip_config,target=/etc/pip.conf \
    pip install --require-hashes --only-binary=:all: --no-build-isolation \
        --requirement /runtime.txt --requirement /browser.txt
COPY backend/pyproject.toml backend/
COPY backend/src backend/src
COPY backend/alembic backend/alembic
COPY scripts scripts
COPY tests tests
# The cache holds what mypy knows of the libraries.
RUN --mount=type=cache,id=mypy,target=/repository/.mypy_cache,sharing=private --network=none \
    find-faults mypy --config-file backend/pyproject.toml backend/src backend/alembic scripts tests

# lint-shell finds faults in the shell scripts
FROM linters AS lint-shell
COPY .ci .ci
COPY backend/entrypoint.sh backend/
COPY scripts scripts
COPY tests tests
RUN --network=none \
    grep -rlZE --exclude='*Dockerfile' --exclude='*.py' '^#!/bin/(ba)?sh' . | xargs -0 find-faults shellcheck

# lint-dockerfiles finds faults in every Dockerfile, beyond those that bake's target check finds
FROM linters AS lint-dockerfiles
COPY Dockerfile ./
COPY scripts scripts
COPY tests tests
# DL3002: stages that build are root's. DL3003: a heredoc's cd ends with it. DL3006: stages are named by arguments and
# contexts. DL3042: the cache is a mount. DL4006: /bin/sh has no pipefail.
RUN --network=none find . -name '*Dockerfile' -exec find-faults hadolint --no-color \
    --ignore DL3002 --ignore DL3003 --ignore DL3006 --ignore DL3042 --ignore DL4006 {} +

# lint-workflows finds faults in the workflows' form and safety, and in renovate's settings, offline
FROM linters AS lint-workflows
COPY .github .github
COPY renovate.json ./
RUN --network=none <<EOT
find-faults check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*
find-faults check-jsonschema --builtin-schema vendor.renovate renovate.json
find-faults zizmor --offline --no-progress --color never --persona pedantic --strict-collection .github
EOT

# lint reports all findings, and fails when its own linter has some: bake stops at the first failure
FROM tools AS lint
ARG LINTER
RUN --mount=type=bind,from=lint-dockerfiles,target=/linters/dockerfiles \
    --mount=type=bind,from=lint-format,target=/linters/format \
    --mount=type=bind,from=lint-rules,target=/linters/rules \
    --mount=type=bind,from=lint-shell,target=/linters/shell \
    --mount=type=bind,from=lint-types,target=/linters/types \
    --mount=type=bind,from=lint-workflows,target=/linters/workflows <<EOT
set -eu
[ -e "/linters/${LINTER}/findings" ] || exit 0
for linter in /linters/*/; do
    [ ! -e "${linter}/findings" ] || { echo "lint-$(basename "${linter}"):" && cat "${linter}/findings/text"; }
done
exit 1
EOT

# lock-check passes when the locks are as `bake lock` wrote them from pyproject.toml
FROM tools AS lock-check
WORKDIR /repository
COPY backend/pyproject.toml backend/
COPY backend/requirements backend/requirements
COPY scripts/build/lock_digest.py scripts/build/
RUN --network=none python3 scripts/build/lock_digest.py check backend/pyproject.toml backend/requirements

# lock-run resolves the locks from pyproject.toml
FROM tools AS lock-run
WORKDIR /backend
COPY backend/pyproject.toml ./
ENV CUSTOM_COMPILE_COMMAND="docker buildx bake lock"
RUN --mount=type=bind,source=scripts/build/lock_digest.py,target=/lock_digest.py \
    --mount=type=cache,id=pip,target=/var/cache/pip \
    --mount=type=secret,id=ca_bundle,target=/etc/ssl/certs/ca-certificates.crt \
    --mount=type=secret,id=pip_config,target=/etc/pip.conf \
    <<EOT
set -eu
mkdir /requirements
compile() {
    pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header --no-build-isolation \
        --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-emit-options "$@"
}
compile --output-file /requirements/runtime.txt pyproject.toml
for group in build test browser lint audit schema sbom; do
    constraint=$([ "${group}" = build ] || echo --constraint=/requirements/runtime.txt)
    python3 -m dependency_groups "${group}" |
        compile ${constraint:+"${constraint}"} --output-file "/requirements/${group}.txt" -
done
python3 /lock_digest.py write pyproject.toml /requirements
EOT

# lock is the locks alone, to be exported
FROM scratch AS lock
COPY --from=lock-run /requirements /

# auditor holds pip-audit, as locked
FROM tools AS auditor
RUN --mount=type=bind,source=backend/requirements/audit.txt,target=/audit.txt \
    --mount=type=cache,id=pip,target=/var/cache/pip \
    --mount=type=secret,id=ca_bundle,target=/etc/ssl/certs/ca-certificates.crt \
    --mount=type=secret,id=pip_config,target=/etc/pip.conf \
    pip install --require-hashes --only-binary=:all: --no-build-isolation --requirement /audit.txt

# audit asks the public package index for known vulnerabilities of all locked packages; an unknown package does not pass
FROM auditor AS audit
ENV REQUESTS_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt
RUN --mount=type=bind,source=backend/requirements,target=/requirements \
    --mount=type=secret,id=ca_bundle,target=/etc/ssl/certs/ca-certificates.crt \
    <<EOT
set -eu
printf -- '--requirement %s\n' /requirements/*.txt |
    xargs pip-audit --strict --disable-pip --require-hashes --progress-spinner off --desc on || {
    echo "audit: not passed: a locked package has a known vulnerability (raise it in backend/pyproject.toml," \
        "then docker buildx bake lock), or the index gave no answer about one: see above" >&2
    exit 1
}
EOT

# test-packages holds the packages that the tests import where the engine and the browser are driven: pure Python
FROM tools AS test-packages
RUN --mount=type=bind,source=backend/requirements/browser.txt,target=/browser.txt \
    --mount=type=cache,id=pip,target=/var/cache/pip \
    --mount=type=secret,id=ca_bundle,target=/etc/ssl/certs/ca-certificates.crt \
    --mount=type=secret,id=pip_config,target=/etc/pip.conf \
    pip install --require-hashes --only-binary=:all: --no-build-isolation --no-compile \
        --requirement /browser.txt --target /packages

# test-tools is those packages alone, to be exported
FROM scratch AS test-tools
COPY --from=test-packages /packages /

# not-tested states that a Python was not tested
FROM tools AS not-tested
ARG PYTHON
RUN echo "NOT TESTED on Python ${PYTHON}: the base in use has another, and Docker Hub's is not used" >&2

# sbom-generator lists an image's packages for BuildKit, where its standard scanner is unavailable
FROM tools AS sbom-generator
COPY --chmod=644 scripts/build/sbom.py /sbom.py
ENTRYPOINT ["python3", "/sbom.py"]
