# Builds that only tests start, beside docker-bake.hcl.

# What is changed in the base, by the name of the changed one.
_library = "library=$(python3 -c 'import sysconfig; print(sysconfig.get_path(\"stdlib\"))')"
_changes = {
  unusual      = "rm -f /usr/local/bin/python && mkdir -p $${library%/*}64 && mv $library $${library%/*}64"
  no-python    = "rm -r $library $(readlink -f /usr/local/bin/python3)"
  other-python = "mv $library $${library%/*}/python3.9"
  musl         = "touch /usr/lib/ld-musl-x86_64.so.1"
  no-shell     = "rm /bin/sh"
  no-libstdcxx = "find / -xdev -name 'libstdc++.so.6*' -delete"
}

target "_build_base" {
  inherits = ["_common"]
  target   = "build-base"
}
target "base" {
  name              = "base-${change}"
  matrix            = { change = keys(_changes) }
  inherits          = ["_common"]
  contexts          = { base = "target:_build_base" }
  dockerfile-inline = <<-EOT
    FROM base
    USER 0:0
    RUN ${_library} && ${_changes[change]}
    ENV PYTHONPLATLIBDIR=${change == "unusual" ? "lib64" : "lib"}
    USER 1000:1000
  EOT
  tags              = ["sdlc-lens-test-base"]
  output            = [change == "unusual" ? "type=docker" : "type=cacheonly"]
}
target "on" {
  name     = "on-${change}"
  matrix   = { change = keys(_changes) }
  inherits = ["runtime-local"]
  contexts = { runtime-base = "target:base-${change}" }
  output   = ["type=cacheonly"]
}
target "tools-on-no-python" {
  inherits = ["_tools"]
  contexts = { build-base = "target:base-no-python" }
  output   = ["type=cacheonly"]
}
target "checks" {
  name            = check
  matrix          = { check = ["locks-resolve", "plain-install", "schemathesis", "spdx"] }
  inherits        = ["_development"]
  dockerfile      = "tests/build/checks.Dockerfile"
  target          = check
  args            = { LOCK = check == "spdx" ? "sbom" : "schema" }
  contexts        = check == "spdx" ? { documents = ".build/spdx" } : { build-base = "target:_build_base" }
  tags            = ["sdlc-lens-${check}:${VERSION}"]
  output          = [check == "schemathesis" ? "type=docker" : "type=cacheonly"]
  no-cache-filter = ["spdx"]
}
