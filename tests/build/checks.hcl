# Builds that only the tests want, beside docker-bake.hcl.

target "_tools" {
  inherits = ["_common"]
  target   = "tools"
}

target "_build_base" {
  inherits = ["_common"]
  target   = "build-base"
}

target "locks-resolve" {
  inherits   = ["_no_image"]
  dockerfile = "tests/build/locks.Dockerfile"
  contexts   = { tools = "target:_tools" }
}

target "plain-install" {
  inherits   = ["_no_image"]
  dockerfile = "tests/build/install.Dockerfile"
  contexts   = { clean = "target:_build_base" }
}

target "schemathesis" {
  inherits   = ["_common"]
  dockerfile = "tests/build/schemathesis.Dockerfile"
  contexts   = { tools = "target:_tools" }
  tags       = ["sdlc-lens-schemathesis:${VERSION}"]
  output     = ["type=docker"]
}

target "spdx" {
  inherits        = ["_no_image"]
  dockerfile      = "tests/build/spdx.Dockerfile"
  contexts        = { tools = "target:_tools", documents = ".build/spdx" }
  no-cache-filter = ["validation"]
}
