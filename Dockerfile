# check=error=true
# Needs BuildKit 0.25 (Docker Engine 28.5) or newer, and its built-in frontend: a `syntax` line would be fetched at every build.

# The one place of the default base; docker-bake.hcl holds those of the other Python versions.
ARG BASE=python:3.12-slim@sha256:229a2c5bfa27522db7815ea81f9bed70af17ccb9de9fc7ad142b1877b5830d36
ARG BASE_NAME=${BASE}
# "on": no image unless the tests passed in the same build.
ARG GATE=on
# bake's `runtime` hands these over empty where a push would be wrong.
ARG DESTINATION=none
ARG REGISTRY="${DESTINATION:?runtime is built for a registry: set REGISTRY, as in REGISTRY=ghcr.io/your-team; for this machine alone run: docker buildx bake}"
ARG APPROVED_BASE=yes
ARG APPROVAL="${APPROVED_BASE:?the base is a stand-in made on this machine: set ALLOW_STANDIN=1 to build it for a registry all the same, or remove docker-bake.override.hcl}"

# build-base is the pinned base on the building machine's platform: whatever runs, runs here
FROM --platform=${BUILDPLATFORM} ${BASE} AS build-base

# runtime-base is the pinned base on the image's platform: it takes copies and metadata, and runs nothing
FROM ${BASE} AS runtime-base

# tools holds pip, pip-tools and hatchling, as locked
FROM build-base AS tools
ARG REQUESTED_PYTHON
ENV PATH=/opt/tools/bin:${PATH} \
    PIP_CERT=/etc/ssl/certs/ca-certificates.crt \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_INPUT=1 \
    PIP_ROOT_USER_ACTION=ignore
RUN --mount=type=bind,source=backend/requirements/build.txt,target=/build.txt \
    --mount=type=cache,id=pip,target=/root/.cache/pip \
    --mount=type=secret,id=ca_bundle,target=/etc/ssl/certs/ca-certificates.crt \
    --mount=type=secret,id=pip_config,target=/etc/pip.conf \
    <<EOF
set -eu
version=$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
if [ "${REQUESTED_PYTHON:-${version}}" != "${version}" ]; then
    echo "PYTHON_VERSION=${REQUESTED_PYTHON}, but the base has Python ${version}: leave PYTHON_VERSION out, or take another base" >&2
    exit 1
fi
python3 -m venv /opt/tools
pip install --require-hashes --only-binary=:all: --no-build-isolation --requirement /build.txt
EOF

# deps holds the locked libraries for the image's platform; nothing compiled, nothing emulated. Bytecode, too: theirs and the base's own
FROM tools AS deps
ARG TARGETARCH
RUN --mount=type=bind,from=runtime-base,target=/runtime-base \
    --mount=type=bind,source=backend/requirements/runtime.txt,target=/runtime.txt \
    --mount=type=bind,source=scripts/build/strip_symbols.py,target=/strip_symbols.py \
    --mount=type=cache,id=pip,target=/root/.cache/pip \
    --mount=type=secret,id=ca_bundle,target=/etc/ssl/certs/ca-certificates.crt \
    --mount=type=secret,id=pip_config,target=/etc/pip.conf <<EOF
set -eu
version=$(python -c 'import sys; print("%d.%d" % sys.version_info[:2])')
stdlib=$(cd /runtime-base && find "usr/local/lib/python${version}" "usr/lib/python${version}" -maxdepth 0 2>/dev/null | head -n 1)
if [ ! -e "/runtime-base/${stdlib:-none}/os.py" ]; then
    echo "the runtime base does not have Python ${version}, which the libraries are built for: give BUILD_BASE and RUNTIME_BASE the same Python" >&2
    exit 1
fi
machine=$(echo "${TARGETARCH}" | sed 's/^amd64$/x86_64/; s/^arm64$/aarch64/')
pip install --require-hashes --only-binary=:all: --no-build-isolation --no-compile \
    --platform "manylinux_2_28_${machine}" --platform "manylinux_2_17_${machine}" --platform "manylinux2014_${machine}" \
    --implementation cp --python-version "${version}" \
    --requirement /runtime.txt --target /layers/libraries/app/libraries
cd /layers/libraries/app/libraries
# What cannot be used here: other databases, what helps to test, what needs packages that are not there, build sources,
# and the lists of files, which are no longer true.
rm -rf bin fastapi/.agents pydantic/v1 pydantic/mypy.py anyio/_backends/_trio.py click/_winconsole.py mako/ext/*plugin.py \
    sqlalchemy/dialects/mssql sqlalchemy/dialects/mysql sqlalchemy/dialects/oracle \
    prometheus_client/aiohttp prometheus_client/django prometheus_client/twisted \
    uvicorn/workers.py uvicorn/loops/*uvloop.py uvicorn/supervisors/watchfilesreload.py uvicorn/protocols/*/*zttp*.py \
    uvicorn/protocols/*/httptools_impl.py uvicorn/protocols/*/websockets_*.py uvicorn/protocols/*/wsproto_impl.py
for name in associationproxy automap baked declarative horizontal_shard hybrid indexable instrumentation mutable orderinglist serializer; do
    rm -rf "sqlalchemy/ext/${name}" "sqlalchemy/ext/${name}.py"
done
find . -depth '(' -name tests -o -name testing ')' -type d -exec rm -rf {} +
set -f
for name in testclient.py testing.py provision.py *odbc.py RECORD *.c *.cpp *.h *.hpp *.pxd *.pyx *.pyi *.asm *.obj *.cmd; do
    set -- "$@" -o -name "${name}"
done
find . -type f '(' -false "$@" ')' -delete
find . -name '*.cpython-*.so' | sed 's/[.]cpython-.*/.py/' | xargs rm -f
python /strip_symbols.py .
# The official images come without the standard library's bytecode: every start would compile it anew. Left out is
# what no service imports: tools, other formats, protocols and systems, and the twins of modules written in C.
set --
for name in __pycache__ *-packages test unittest doctest.py ensurepip venv idlelib lib2to3 pydoc.py pydoc_data tkinter turtle.py turtledemo \
    _pyrepl cmd.py bdb.py pdb.py profile.py pstats.py trace.py tracemalloc.py modulefinder.py pyclbr.py symtable.py pickletools.py \
    compileall.py tabnanny.py optparse.py fileinput.py filecmp.py curses webbrowser.py \
    xml xmlrpc dbm plistlib.py tarfile.py wave.py statistics.py _strptime.py ctypes validate.py \
    cookiejar.py mailbox.py imaplib.py poplib.py smtplib.py ftplib.py nntplib.py _header_value_parser.py headerregistry.py \
    managers.py pool.py forkserver.py synchronize.py heap.py shared_memory.py sharedctypes.py resource_tracker.py \
    cp[0-9]*.py mac_*.py iso8859_*.py windows_*.py proactor_events.py _osx_support.py _aix.py \
    _pydecimal.py _pydatetime.py _pyio.py _zoneinfo.py
do
    set -- "$@" -o -name "${name}"
done
set +f
mkdir -p "/layers/libraries/${stdlib}"
cd "/runtime-base/${stdlib}"
find . '(' -false "$@" ')' -prune -o -name '*.py' -print0 | xargs -0 cp --parents --target-directory="/layers/libraries/${stdlib}"
python -m compileall -q -j 0 --invalidation-mode unchecked-hash -s /layers/libraries -p / /layers/libraries
find "/layers/libraries/${stdlib}" -name '*.py' -delete
chmod -R u=rwX,go=rX /layers
find /layers -exec touch -h -d @0 {} +
EOF

# wheel makes the service's wheel, and unpacks it at its final path with bytecode: the same for every platform
FROM tools AS wheel
WORKDIR /backend
COPY backend/pyproject.toml backend/alembic.ini ./
COPY backend/alembic alembic
COPY backend/src src
RUN --network=none <<EOF
set -eu
hatchling build --target wheel --directory /wheel
python -m zipfile --extract /wheel/*.whl /layers/app/app
python -m compileall -q -j 0 --invalidation-mode unchecked-hash -s /layers/app -p / /layers/app
EOF

# test-deps holds what the tests import, for the building machine
FROM tools AS test-deps
RUN --mount=type=bind,source=backend/requirements/runtime.txt,target=/runtime.txt \
    --mount=type=bind,source=backend/requirements/test.txt,target=/test.txt \
    --mount=type=cache,id=pip,target=/root/.cache/pip \
    --mount=type=secret,id=ca_bundle,target=/etc/ssl/certs/ca-certificates.crt \
    --mount=type=secret,id=pip_config,target=/etc/pip.conf \
    pip install --require-hashes --only-binary=:all: --no-build-isolation --requirement /runtime.txt --requirement /test.txt

# test-run runs the tests and keeps their result whichever it is: a step that fails could hand nothing out
FROM test-deps AS test-run
WORKDIR /repository
COPY --chmod=755 <<"EOF" /usr/local/bin/run-tests
#!/bin/sh
set -eu
mkdir -p /report /verdict
{
    status=0
    python -m pytest -c backend/pyproject.toml --junitxml=/report/junit.xml \
        --cov --cov-config=backend/pyproject.toml --cov-report=term --cov-report=xml:/report/coverage.xml tests || status=$?
    echo "${status}" >/verdict/status
} 2>&1 | tee /report/pytest.log
EOF

RUN --mount=type=bind,from=wheel,source=/wheel,target=/wheel --network=none \
    pip install --no-index --no-deps /wheel/*.whl
COPY README.md ./
COPY backend backend
COPY --exclude=build --exclude=engine --exclude=image tests tests
RUN --mount=type=cache,id=test-runs,target=/runs --network=none <<EOF
set -eu
run-tests
cp /proc/sys/kernel/random/uuid /verdict/run
touch "/runs/$(cat /verdict/run)"
EOF

# test passes when the tests passed; a kept failure is believed once, by the first to ask, later ones run the tests again
FROM test-run AS test
RUN --mount=type=cache,id=test-runs,target=/runs --network=none <<EOF
set -eu
if [ "$(cat /verdict/status)" != 0 ]; then
    if rm "/runs/$(cat /verdict/run)" 2>/dev/null; then cat /report/pytest.log; else run-tests; fi
fi
exit "$(cat /verdict/status)"
EOF

# test-missing stands in for test on a Python that the base does not have, and says so
FROM build-base AS test-missing
ARG REQUESTED_PYTHON
RUN echo "NOT TESTED on Python ${REQUESTED_PYTHON}: the base in use has another. Where Docker Hub can be reached: rm docker-bake.override.hcl" >&2

# test-report is the result of the tests, passed or failed: junit.xml, coverage.xml, pytest.log
FROM scratch AS test-report
COPY --from=test-run /report /

# test-tools-deps holds what the tests import on the machine that drives the engine: pure Python, to be put on PYTHONPATH
FROM tools AS test-tools-deps
RUN --mount=type=bind,source=backend/requirements/test.txt,target=/test.txt \
    --mount=type=cache,id=pip,target=/root/.cache/pip \
    --mount=type=secret,id=ca_bundle,target=/etc/ssl/certs/ca-certificates.crt \
    --mount=type=secret,id=pip_config,target=/etc/pip.conf \
    pip install --require-hashes --only-binary=:all: --no-build-isolation --no-compile \
        --requirement /test.txt --target /packages

# test-tools is those packages alone, to be exported
FROM scratch AS test-tools
COPY --from=test-tools-deps /packages /

# lint-tools holds the linters, as locked
FROM tools AS lint-tools
RUN --mount=type=bind,source=backend/requirements/lint.txt,target=/lint.txt \
    --mount=type=cache,id=pip,target=/root/.cache/pip \
    --mount=type=secret,id=ca_bundle,target=/etc/ssl/certs/ca-certificates.crt \
    --mount=type=secret,id=pip_config,target=/etc/pip.conf \
    pip install --require-hashes --only-binary=:all: --no-build-isolation --requirement /lint.txt
WORKDIR /repository

# lint-format checks the formatting and the rules of the Python code
FROM lint-tools AS lint-format
COPY backend backend
COPY scripts scripts
COPY tests tests
RUN --network=none <<EOF
set -eu
ruff format --config backend/pyproject.toml --check backend scripts tests
ruff check --config backend/pyproject.toml backend scripts tests
EOF

# lint-types checks the types of the Python code against those of the locked libraries; what it knows of those is kept in a cache
FROM test-deps AS lint-types
RUN --mount=type=bind,source=backend/requirements/lint.txt,target=/lint.txt \
    --mount=type=cache,id=pip,target=/root/.cache/pip \
    --mount=type=secret,id=ca_bundle,target=/etc/ssl/certs/ca-certificates.crt \
    --mount=type=secret,id=pip_config,target=/etc/pip.conf \
    pip install --require-hashes --only-binary=:all: --no-build-isolation --requirement /lint.txt
WORKDIR /repository
COPY backend/pyproject.toml backend/
COPY backend/src backend/src
COPY backend/alembic backend/alembic
COPY scripts scripts
COPY tests tests
RUN --mount=type=cache,id=mypy,target=/repository/.mypy_cache,sharing=private --network=none \
    mypy --config-file backend/pyproject.toml backend/src backend/alembic scripts tests

# lint-shell checks the shell scripts
FROM lint-tools AS lint-shell
COPY .ci .ci
COPY backend/entrypoint.sh backend/
COPY scripts scripts
COPY tests tests
RUN --network=none grep --recursive --files-with-matches --null --exclude='*Dockerfile' --exclude='*.py' --extended-regexp '^#!/bin/(ba)?sh' . | xargs -0 shellcheck

# lint-dockerfile checks every Dockerfile, beyond what bake's target check does
FROM lint-tools AS lint-dockerfile
COPY Dockerfile ./
COPY scripts scripts
COPY tests tests
# DL3003: a heredoc's cd ends with it. DL3006: stages are named by arguments and contexts. DL3042: the cache is a mount, in no layer.
# DL4006: /bin/sh knows no pipefail.
RUN --network=none find . -name '*Dockerfile' -exec \
    hadolint --no-color --ignore DL3003 --ignore DL3006 --ignore DL3042 --ignore DL4006 {} +

# lint-workflows checks the workflows' form and safety, and renovate's settings; it asks nobody
FROM lint-tools AS lint-workflows
COPY .github .github
COPY renovate.json ./
RUN --network=none <<EOF
set -eu
check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*
check-jsonschema --builtin-schema vendor.renovate renovate.json
zizmor --offline --no-progress --color never --persona pedantic --strict-collection .github
EOF

# lint-locks checks that the locks are made from what pyproject.toml names
FROM tools AS lint-locks
WORKDIR /repository
COPY backend/pyproject.toml backend/
COPY backend/requirements backend/requirements
COPY scripts/build/lock_digest.py scripts/build/
RUN --network=none python scripts/build/lock_digest.py check backend/pyproject.toml backend/requirements

# lint passes when every one of them has, side by side
FROM build-base AS lint
RUN --mount=type=bind,from=lint-format,target=/format \
    --mount=type=bind,from=lint-types,target=/types \
    --mount=type=bind,from=lint-shell,target=/shell \
    --mount=type=bind,from=lint-dockerfile,target=/dockerfile \
    --mount=type=bind,from=lint-workflows,target=/workflows \
    --mount=type=bind,from=lint-locks,target=/locks \
    true

# audit-tools holds what asks for known vulnerabilities, as locked
FROM tools AS audit-tools
RUN --mount=type=bind,source=backend/requirements/audit.txt,target=/audit.txt \
    --mount=type=cache,id=pip,target=/root/.cache/pip \
    --mount=type=secret,id=ca_bundle,target=/etc/ssl/certs/ca-certificates.crt \
    --mount=type=secret,id=pip_config,target=/etc/pip.conf \
    pip install --require-hashes --only-binary=:all: --no-build-isolation --requirement /audit.txt

# audit asks the public package index for known vulnerabilities of every locked package; one that it does not know counts as not passed
FROM audit-tools AS audit
ENV REQUESTS_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt
RUN --mount=type=bind,source=backend/requirements,target=/requirements \
    --mount=type=secret,id=ca_bundle,target=/etc/ssl/certs/ca-certificates.crt <<EOF
set -eu
printf -- '--requirement %s\n' /requirements/*.txt |
    xargs pip-audit --strict --disable-pip --require-hashes --progress-spinner off --desc on || {
    echo "audit: not passed: a locked package has a known vulnerability (raise it in backend/pyproject.toml, then docker buildx bake lock)," \
        "or the index could not be asked about one: see above" >&2
    exit 1
}
EOF

# lock-run resolves the locks anew from pyproject.toml
FROM tools AS lock-run
WORKDIR /backend
COPY backend/pyproject.toml ./
ENV CUSTOM_COMPILE_COMMAND="docker buildx bake lock"
RUN --mount=type=bind,source=scripts/build/lock_digest.py,target=/lock_digest.py \
    --mount=type=cache,id=pip,target=/root/.cache/pip \
    --mount=type=secret,id=ca_bundle,target=/etc/ssl/certs/ca-certificates.crt \
    --mount=type=secret,id=pip_config,target=/etc/pip.conf <<EOF
set -eu
mkdir /requirements
compile() {
    pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header --no-build-isolation \
        --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-emit-options "$@"
}
compile --output-file /requirements/runtime.txt pyproject.toml
for group in build test lint audit schema sbom; do
    constraint=$([ "${group}" = build ] || echo --constraint=/requirements/runtime.txt)
    python -m dependency_groups "${group}" | compile ${constraint:+"${constraint}"} --output-file "/requirements/${group}.txt" -
done
python /lock_digest.py write pyproject.toml /requirements
EOF

# lock is the locks alone, to be exported
FROM scratch AS lock
COPY --from=lock-run /requirements /

# sbom-generator lists an image's packages for BuildKit, where its standard scanner cannot be had
FROM runtime-base AS sbom-generator
COPY --chmod=644 scripts/build/sbom.py /sbom.py
ENTRYPOINT ["python3", "/sbom.py"]

# gate-off is the gate switched off
FROM scratch AS gate-off

# gate-on is the gate: it has nothing to hand on unless the tests passed
FROM scratch AS gate-on
COPY --from=test /verdict/status /tests-passed

# gate is the gate as asked for
FROM gate-${GATE} AS gate

# builder is the app complete: the user, the folders, one time and one set of modes; behind the gate
FROM wheel AS builder
COPY backend/entrypoint.sh /layers/app/app/
RUN --mount=type=bind,from=gate,target=/gate \
    --mount=type=bind,from=runtime-base,target=/runtime-base <<EOF
set -eu
cd /layers/app
mkdir -p etc data/db data/projects
(cat /runtime-base/etc/passwd; echo "appuser:x:10001:0:SDLC Lens:/tmp:/usr/sbin/nologin") >etc/passwd
chmod -R u=rwX,go=rX .
chmod 755 app/entrypoint.sh
chown 10001:0 data/db
chmod 775 data/db
find . -exec touch -h -d @0 {} +
EOF

# runtime is the image: libraries in one layer, the app in the next
FROM runtime-base AS runtime
ARG BASE_NAME
ARG AFTER_NAME=${BASE_NAME#*@}
ARG VERSION=dev
LABEL org.opencontainers.image.title="SDLC Lens" \
      org.opencontainers.image.description="Reads sdlc-studio workspaces and answers questions about them over HTTP" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.base.name="${BASE_NAME%@*}" \
      org.opencontainers.image.base.digest="${AFTER_NAME#${BASE_NAME}}"
ENV HOME=/tmp \
    MALLOC_ARENA_MAX=2 \
    PYTHONPATH=/app:/app/libraries \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONSAFEPATH=1 \
    PYTHONUNBUFFERED=1 \
    SDLC_LENS_HOST=0.0.0.0 \
    SDLC_LENS_PORT=8000 \
    SDLC_LENS_DATABASE_URL=sqlite+aiosqlite:////data/db/sdlc_lens.db \
    SDLC_LENS_LOG_LEVEL=INFO \
    SDLC_LENS_ALLOWED_PROJECT_BASE=/data/projects
WORKDIR /
COPY --link --from=deps /layers/libraries/ /
COPY --link --from=builder /layers/app/ /
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --start-interval=0.5s --retries=3 \
    CMD ["python", "-m", "sdlc_lens", "healthcheck"]
USER 10001:0
ENTRYPOINT ["/app/entrypoint.sh"]
CMD ["serve"]
