# The image. Needs BuildKit 0.25 (Docker Engine 28.5) or newer, whose own frontend is used: a `syntax` line is fetched.
# Development tools are in scripts/tools.Dockerfile. docker-bake.hcl drives both.

# BASE is the default base, named here alone; docker-bake.hcl holds those of the other Python versions
ARG BASE=python:3.12-slim@sha256:229a2c5bfa27522db7815ea81f9bed70af17ccb9de9fc7ad142b1877b5830d36
ARG BASE_NAME=${BASE}

# build-base is the pinned base on the building machine's platform: all commands run here
FROM --platform=${BUILDPLATFORM} ${BASE} AS build-base

# runtime-base is the pinned base on the image's platform: it takes copies and metadata, and runs nothing
FROM ${BASE} AS runtime-base

# tools holds pip, pip-tools and hatchling, as locked
FROM build-base AS tools
USER 0:0
WORKDIR /
ARG REQUESTED_PYTHON
ENV PATH=/opt/tools/bin:${PATH} \
    PIP_CACHE_DIR=/var/cache/pip \
    PIP_CERT=/etc/ssl/certs/ca-certificates.crt \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_INPUT=1 \
    PIP_ROOT_USER_ACTION=ignore
RUN --mount=type=bind,source=backend/requirements/build.txt,target=/build.txt \
    --mount=type=cache,id=pip,target=/var/cache/pip \
    --mount=type=secret,id=ca_bundle,target=/etc/ssl/certs/ca-certificates.crt \
    --mount=type=secret,id=pip_config,target=/etc/pip.conf \
    <<EOT
set -eu
command -v python3 >/dev/null || { echo "BUILD_BASE cannot be used: it has no python3" >&2; exit 1; }
version=$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
if [ "${REQUESTED_PYTHON:-${version}}" != "${version}" ]; then
    echo "PYTHON_VERSION=${REQUESTED_PYTHON}, but the base has Python ${version}: unset it, or use another base" >&2
    exit 1
fi
python3 -m venv /opt/tools
pip install --require-hashes --only-binary=:all: --no-build-isolation --requirement /build.txt
EOT

# deps-amd64 holds the libraries for linux/amd64, whichever platform builds
FROM tools AS deps-amd64
RUN --mount=type=bind,source=backend/requirements/runtime.txt,target=/runtime.txt \
    --mount=type=bind,source=scripts/build,target=/scripts \
    --mount=type=cache,id=pip,target=/var/cache/pip \
    --mount=type=secret,id=ca_bundle,target=/etc/ssl/certs/ca-certificates.crt \
    --mount=type=secret,id=pip_config,target=/etc/pip.conf \
    /scripts/libraries amd64 /runtime.txt

# deps-arm64 holds the libraries for linux/arm64, whichever platform builds
FROM tools AS deps-arm64
RUN --mount=type=bind,source=backend/requirements/runtime.txt,target=/runtime.txt \
    --mount=type=bind,source=scripts/build,target=/scripts \
    --mount=type=cache,id=pip,target=/var/cache/pip \
    --mount=type=secret,id=ca_bundle,target=/etc/ssl/certs/ca-certificates.crt \
    --mount=type=secret,id=pip_config,target=/etc/pip.conf \
    /scripts/libraries arm64 /runtime.txt

# deps holds the locked libraries for the image's platform; nothing is compiled or emulated
FROM deps-${TARGETARCH} AS deps

# app holds the installed app at its final path, the same for every platform, and its statements that import libraries
FROM tools AS app
WORKDIR /backend
RUN --mount=type=bind,source=backend,target=/backend --network=none <<EOT
set -eu
hatchling build --target wheel --directory /wheel
python3 -m zipfile --extract /wheel/*.whl /layers/app/app
python3 -m compileall -q --invalidation-mode unchecked-hash -s /layers/app -p / /layers/app
cp entrypoint.sh /layers/app/app/
chmod -R u=rwX,go=rX /layers/app
chmod 755 /layers/app/app/entrypoint.sh
find /layers/app -exec touch -h -d @0 {} +
grep -rhE --include=*.py '^ *(from [a-z0-9_.]+ import|import) ' src alembic | grep -v sdlc_lens | sort -u >/statements
EOT

# libraries is where the image has them, with bytecode, to be run during the build
FROM deps-${BUILDARCH} AS libraries
RUN mkdir /app && ln -s /layers/libraries/app/libraries /app/libraries && python3 -m compileall -q -j 0 /app/libraries/
ENV PYTHONPATH=/app:/app/libraries

# test passes when pytest does, against the libraries and the app that ship; with REPORT it hands out the result instead
FROM libraries AS test
# hypothesis reads the source of every module, in each worker, unless its folder has the usual name of libraries
ENV PYTHONPATH=/app:/site-packages
RUN --mount=type=bind,source=backend/requirements/test.txt,target=/test.txt \
    --mount=type=cache,id=pip,target=/var/cache/pip \
    --mount=type=secret,id=ca_bundle,target=/etc/ssl/certs/ca-certificates.crt \
    --mount=type=secret,id=pip_config,target=/etc/pip.conf \
    pip install --require-hashes --only-binary=:all: --no-build-isolation --requirement /test.txt \
    && ln -s /app/libraries /site-packages
COPY --from=app /layers/app/app /app
WORKDIR /repository
COPY README.md ./
COPY backend backend
COPY --exclude=bench --exclude=browser --exclude=build --exclude=engine --exclude=image --exclude=repositories \
    tests tests
ARG REPORT=""
RUN --mount=type=tmpfs,target=/tmp --network=none <<EOT
set -eu
set -- python3 -m pytest -c backend/pyproject.toml --rootdir=. --numprocesses=auto --dist=worksteal tests
[ -n "${REPORT}" ] || exec "$@"
mkdir /report
"$@" --junitxml=/report/junit.xml --cov --cov-config=backend/pyproject.toml --cov-report=term \
    --cov-report=xml:/report/coverage.xml 2>&1 | tee /report/pytest.log
EOT

# test-report is the result of a test run, passed or failed: junit.xml, coverage.xml, pytest.log
FROM scratch AS test-report
COPY --from=test /report /

# imports lists the modules that the service loads to serve pages; only another import statement makes it run again
FROM libraries AS imports
RUN --mount=type=bind,from=app,source=/statements,target=/statements \
    --mount=type=bind,source=scripts/build,target=/scripts --network=none \
    python3 /scripts/imported_modules.py </statements >/modules

# bytecode holds those modules, compiled: a read-only container would compile them at each start; the user, the folders
FROM tools AS bytecode
RUN --mount=type=bind,from=runtime-base,target=/runtime-base \
    --mount=type=bind,from=imports,source=/modules,target=/modules \
    --mount=type=bind,from=deps,source=/layers/libraries/app/libraries,target=/libraries \
    --mount=type=bind,source=scripts/build,target=/scripts \
    /scripts/bytecode /runtime-base /libraries /modules

# builder is the app complete, if the tests passed: nothing is copied from them
FROM app AS builder
COPY --from=test /nothing* /

# runtime is the image: libraries, bytecode of theirs and of the standard library, the app, a layer each
FROM runtime-base AS runtime
ARG BASE_NAME
ARG AFTER_NAME=${BASE_NAME#*@}
ARG SOURCE_VERSION=0+unknown
LABEL org.opencontainers.image.title="SDLC Lens" \
      org.opencontainers.image.description="Reads sdlc-studio workspaces and answers questions about them over HTTP" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${SOURCE_VERSION}" \
      org.opencontainers.image.base.name="${BASE_NAME%@*}" \
      org.opencontainers.image.base.digest="${AFTER_NAME#${BASE_NAME}}"
ENV HOME=/tmp \
    MALLOC_ARENA_MAX=2 \
    PYTHONPATH=/app:/app/libraries \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONSAFEPATH=1 \
    PYTHONUNBUFFERED=1 \
    SDLC_LENS_VERSION=${SOURCE_VERSION} \
    SDLC_LENS_HOST=0.0.0.0 \
    SDLC_LENS_PORT=8000 \
    SDLC_LENS_DATABASE_URL=sqlite+aiosqlite:////data/db/sdlc_lens.db \
    SDLC_LENS_LOG_LEVEL=INFO \
    SDLC_LENS_ALLOWED_PROJECT_BASE=/data/projects
WORKDIR /
COPY --link --from=deps /layers/libraries/ /
COPY --link --from=bytecode /layers/bytecode/ /
COPY --link --from=builder /layers/app/ /
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --start-interval=0.5s --retries=3 \
    CMD ["python3", "-m", "sdlc_lens", "healthcheck"]
USER 10001:0
ENTRYPOINT ["/app/entrypoint.sh"]
CMD ["serve"]
