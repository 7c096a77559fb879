# The image that ours is measured against, beside docker-bake.hcl; and the gate, which runs at every call.

target "plain" {
  inherits   = ["_common"]
  dockerfile = "tests/bench/plain.Dockerfile"
  target     = "plain"
  tags       = ["${IMAGE}:plain"]
  output     = ["type=docker"]
}
target "test" {
  no-cache-filter = ["test"]
}
