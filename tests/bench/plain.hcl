# The image that ours is measured against, beside docker-bake.hcl.

target "plain" {
  inherits   = ["_common"]
  dockerfile = "tests/bench/plain.Dockerfile"
  target     = "plain"
  tags       = ["${IMAGE}:plain"]
  output     = ["type=docker"]
}
