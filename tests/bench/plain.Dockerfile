# What the image is measured against: two stages, pip, no lock, one layer for libraries and service.
ARG BASE=python:3.12-slim
FROM ${BASE} AS runtime-base

FROM runtime-base AS plain-builder
WORKDIR /build
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:${PATH} PIP_CERT=/etc/ssl/certs/ca-certificates.crt PIP_DISABLE_PIP_VERSION_CHECK=1
COPY backend .
RUN --mount=type=secret,id=ca_bundle,target=/etc/ssl/certs/ca-certificates.crt pip install --no-cache-dir .

FROM runtime-base AS plain
COPY --from=plain-builder /opt/venv /opt/venv
WORKDIR /app
COPY backend/alembic alembic
COPY backend/alembic.ini ./
COPY --chmod=755 <<"EOF" entrypoint.sh
#!/bin/sh
set -e
alembic upgrade head
exec uvicorn sdlc_lens.main:create_app --factory --host 0.0.0.0 --port 8000
EOF

RUN mkdir -p /data/db /data/projects && chown 10001:0 /data/db
ENV PATH=/opt/venv/bin:${PATH} \
    SDLC_LENS_DATABASE_URL=sqlite+aiosqlite:////data/db/sdlc_lens.db
EXPOSE 8000
USER 10001:0
ENTRYPOINT ["./entrypoint.sh"]
