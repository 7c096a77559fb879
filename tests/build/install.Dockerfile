# Installs the service as anybody would, on the bare base, then migrates and serves.
FROM clean
COPY backend /backend
RUN --mount=type=cache,id=pip,target=/root/.cache/pip \
    --mount=type=secret,id=ca_bundle,target=/etc/ssl/certs/ca-certificates.crt \
    --mount=type=secret,id=pip_config,target=/etc/pip.conf <<EOF
set -eu
export PIP_CERT=/etc/ssl/certs/ca-certificates.crt PIP_DISABLE_PIP_VERSION_CHECK=1
python3 -m venv /clean
/clean/bin/pip install --quiet /backend
rm -rf /backend
EOF

ENV SDLC_LENS_DATABASE_URL=sqlite+aiosqlite:////tmp/lens.db SDLC_LENS_HOST=127.0.0.1 SDLC_LENS_PORT=8123
WORKDIR /tmp
# hadolint ignore=DL3001
RUN --network=none <<EOF
set -eu
/clean/bin/python -m sdlc_lens migrate
/clean/bin/python -m sdlc_lens serve &
server=$!
for _ in $(seq 100); do
    if /clean/bin/python -m sdlc_lens healthcheck 2>/dev/null; then break; fi
    sleep 0.1
done
/clean/bin/python -c 'import json, urllib.request as web
assert json.load(web.urlopen("http://127.0.0.1:8123/api/v1/system/health"))["status"] == "healthy"'
kill -TERM "${server}"
wait "${server}"
EOF
