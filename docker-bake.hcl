# The build, whole. What there is to build: docker buildx bake --list=targets; what there is to set: --list=variables

variable "REGISTRY" {
  type        = string
  default     = ""
  description = "Registry and namespace that runtime is pushed to, as in ghcr.io/your-team"
  validation {
    condition     = REGISTRY == "" || can(regex("^[a-zA-Z0-9.-]+(:[0-9]+)?(/[a-z0-9]+([._-]+[a-z0-9]+)*)*$", REGISTRY))
    error_message = "REGISTRY is a host and a namespace in lower case, without a scheme and without a slash at the end: ghcr.io/your-team or 127.0.0.1:5000."
  }
}

variable "IMAGE" {
  type        = string
  default     = "sdlc-lens-backend"
  description = "Name of the image"
  validation {
    condition     = can(regex("^[a-z0-9]+([._-]+[a-z0-9]+)*(/[a-z0-9]+([._-]+[a-z0-9]+)*)*$", IMAGE))
    error_message = "IMAGE is a name in lower case, without registry and tag: sdlc-lens-backend."
  }
}

variable "VERSION" {
  type        = string
  default     = "dev"
  description = "Tag and version label of the image"
  validation {
    condition     = can(regex("^[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,127}$", VERSION))
    error_message = "VERSION becomes a tag: letters, digits, dots, hyphens and underscores, at most 128, as in 1.2.3."
  }
}

variable "PLATFORMS" {
  type        = string
  default     = "linux/amd64,linux/arm64"
  description = "Platforms of runtime, separated by commas"
  validation {
    condition     = can(regex("^linux/(amd64|arm64)(,linux/(amd64|arm64))*$", PLATFORMS))
    error_message = "PLATFORMS lists linux/amd64 and linux/arm64, separated by commas and nothing else: there are no locked libraries for others."
  }
}

variable "PYTHON_VERSION" {
  type        = string
  default     = ""
  description = "Python of the default base: 3.12, 3.13 or 3.14; left out, the Dockerfile's 3.12"
  validation {
    condition     = contains(["", "3.12", "3.13", "3.14"], PYTHON_VERSION)
    error_message = "PYTHON_VERSION is 3.12, 3.13 or 3.14; another base is given by BUILD_BASE and RUNTIME_BASE."
  }
}

variable "BUILD_BASE" {
  type        = string
  default     = ""
  description = "Base of the stages that run, as a bake context: docker-image://NAME, oci-layout://FOLDER or target:NAME"
  validation {
    condition     = BUILD_BASE == "" || can(regex("^(docker-image://|oci-layout://|target:).+", BUILD_BASE))
    error_message = "BUILD_BASE is a named context: docker-image://NAME, oci-layout://FOLDER or target:NAME."
  }
}

variable "RUNTIME_BASE" {
  type        = string
  default     = ""
  description = "Base of the image, as a bake context; its Python must be that of BUILD_BASE"
  validation {
    condition     = RUNTIME_BASE == "" || can(regex("^(docker-image://|oci-layout://|target:).+", RUNTIME_BASE))
    error_message = "RUNTIME_BASE is a named context: docker-image://NAME, oci-layout://FOLDER or target:NAME."
  }
}

variable "DESTDIR" {
  type        = string
  default     = "dist"
  description = "Folder that test-report writes to"
  validation {
    condition     = DESTDIR != ""
    error_message = "DESTDIR is a folder, as in dist."
  }
}

variable "CA_BUNDLE" {
  type        = string
  default     = ""
  description = "File in the checkout with the certificates to trust while packages are fetched; reaches the build as a secret"
}

variable "PIP_CONFIG" {
  type        = string
  default     = ""
  description = "pip.conf in the checkout that names a private package index; reaches the build as a secret"
}

variable "ALLOW_STANDIN" {
  type        = string
  default     = ""
  description = "1: runtime may be built on the stand-in base that scripts make where Docker Hub is out of reach"
  validation {
    condition     = contains(["", "1"], ALLOW_STANDIN)
    error_message = "ALLOW_STANDIN is 1 or left out."
  }
}

function "pinned_base" {
  params = [version]
  result = lookup({
    "3.13" = "python:3.13-slim@sha256:7c61056e61ac89e852de05f3dc6fa51a6dd2181797bceed46aa725dd7cb2cd3b"
    "3.14" = "python:3.14-slim@sha256:cad9a2c871761c413caa6fdd6441c783451e740a48aaeba60ae62a8b53525ef6"
  }, version, "")
}

# An argument that is null stays out of the build, and the Dockerfile's own default holds.
function "given" {
  params = [value]
  result = value == "" ? null : value
}

group "default" {
  description = "The image for this machine"
  targets     = ["runtime-local"]
}

group "validate" {
  description = "All that is checked inside the build"
  targets     = ["check", "lint", "test"]
}

target "_common" {
  args = {
    BASE             = given(pinned_base(PYTHON_VERSION))
    BASE_NAME        = given(regex_replace(RUNTIME_BASE, "^[a-z-]+:(//)?", ""))
    REQUESTED_PYTHON = given(PYTHON_VERSION)
    VERSION          = VERSION
  }
  contexts = { for name, base in { build-base = BUILD_BASE, runtime-base = RUNTIME_BASE } : name => base if base != "" }
  secret = concat(
    CA_BUNDLE == "" ? [] : ["type=file,id=ca_bundle,src=${CA_BUNDLE}"],
    PIP_CONFIG == "" ? [] : ["type=file,id=pip_config,src=${PIP_CONFIG}"],
  )
}

target "_no_image" {
  inherits = ["_common"]
  output   = ["type=cacheonly"]
}

target "docker-metadata-action" {
  description = "Default tags of runtime; the metadata action's bake file takes its place"
  tags        = [join("/", compact([REGISTRY, "${IMAGE}:${VERSION}"]))]
}

target "check" {
  description = "The Dockerfile's own checks"
  inherits    = ["_common"]
  call        = "check"
}

target "lint" {
  description = "Formatting, rules and types of the Python code"
  inherits    = ["_no_image"]
  target      = "lint"
}

target "deps" {
  description = "The locked libraries, with bytecode"
  inherits    = ["_no_image"]
  target      = "deps"
}

target "test" {
  description = "pytest; fails when a test fails"
  inherits    = ["_no_image"]
  target      = "test"
}

target "test-report" {
  description     = "junit.xml, coverage.xml and pytest.log of a fresh test run, also when tests fail"
  inherits        = ["_common"]
  target          = "test-report"
  no-cache-filter = ["test-run"]
  output          = ["type=local,dest=${DESTDIR}"]
}

target "test-tools" {
  description = "What tests/build and tests/image import, written to .build/tests"
  inherits    = ["_common"]
  target      = "test-tools"
  output      = ["type=local,dest=.build/tests"]
}

target "lock" {
  description     = "backend/requirements, resolved anew from backend/pyproject.toml"
  inherits        = ["_common"]
  target          = "lock"
  no-cache-filter = ["lock-run"]
  output          = ["type=local,dest=backend/requirements"]
}

target "builder" {
  description = "The app beside its libraries, behind the gate: only if the tests passed"
  inherits    = ["_no_image"]
  target      = "builder"
}

target "runtime" {
  description = "The image for every platform, to be pushed: only if the tests passed"
  inherits    = ["_common", "docker-metadata-action"]
  target      = "runtime"
  platforms   = split(",", PLATFORMS)
  args = {
    DESTINATION = join(" ", [for tag in target.docker-metadata-action.tags : tag if can(regex("^(localhost|[^/]*[.:][^/]*)/", tag))])
    GATE        = "on"
  }
}

target "runtime-local" {
  description = "The image for this machine, loaded into its engine; does not wait for the tests"
  inherits    = ["_common"]
  target      = "runtime"
  tags        = ["${IMAGE}:${VERSION}"]
  output      = ["type=docker"]
  args = {
    GATE = "off"
  }
}
