# The build, whole. What there is to build: docker buildx bake --list=targets; what there is to set: --list=variables

variable "REGISTRY" {
  type        = string
  default     = ""
  description = "Registry and namespace that runtime is pushed to, as in ghcr.io/your-team; several separated by commas"
  validation {
    condition     = REGISTRY == "" || can(regex("^[a-zA-Z0-9.-]+(:[0-9]+)?(/[a-z0-9]+([._-]+[a-z0-9]+)*)*(,[a-zA-Z0-9.-]+(:[0-9]+)?(/[a-z0-9]+([._-]+[a-z0-9]+)*)*)*$", REGISTRY))
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
  description = "Version to tag as: 1.2.3 gives 1.2.3, 1.2, 1 and latest, 1.2.3-rc.1 and any other word only itself"
  validation {
    condition     = can(regex("^[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,127}$", VERSION))
    error_message = "VERSION becomes a tag: letters, digits, dots, hyphens and underscores, at most 128, as in 1.2.3."
  }
}

variable "GIT_REF" {
  type        = string
  default     = ""
  description = "Git ref to tag as, in place of VERSION: refs/tags/v1.2.3, refs/heads/NAME or refs/pull/N/merge"
  validation {
    condition     = GIT_REF == "" || can(regex("^refs/(tags/v[0-9]+[.][0-9]+[.][0-9]+(-[0-9A-Za-z]+([.-][0-9A-Za-z]+)*)?|pull/[0-9]+/(merge|head)|heads/[0-9A-Za-z_][0-9A-Za-z_./-]{0,127})$", GIT_REF)) && can(regex("^.{0,139}$", GIT_REF))
    error_message = "GIT_REF is refs/tags/v1.2.3, refs/tags/v1.2.3-rc.1, refs/pull/N/merge, or refs/heads/ and a name of letters, digits and ._/- that does not begin with a sign."
  }
  validation {
    condition     = !can(regex("^refs/heads/(latest|pr[/-][0-9]+|v?[0-9]+([.][0-9]+)*([/-].*)?)$", GIT_REF))
    error_message = "GIT_REF names a branch that would take the tag of a release or of a pull request: rename the branch."
  }
}

variable "LATEST" {
  type        = string
  default     = "true"
  description = "false: a release gets no tag latest, for a patch of an older line"
  validation {
    condition     = contains(["true", "false"], LATEST)
    error_message = "LATEST is true or false."
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
  description = "Folder that test-report and oci write to"
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

variable "CACHE" {
  type        = string
  default     = ""
  description = "Image name in a registry that keeps the build cache, as in ghcr.io/your-team/cache; runtime, release and oci write it, every target reads it"
  validation {
    condition     = CACHE == "" || can(regex("^[a-zA-Z0-9.-]+(:[0-9]+)?(/[a-z0-9]+([._-]+[a-z0-9]+)*)+(:[a-zA-Z0-9_.-]+)?$", CACHE))
    error_message = "CACHE is an image name with its registry: ghcr.io/your-team/cache."
  }
}

variable "COMPRESSION" {
  type        = string
  default     = "gzip"
  description = "Compression of the layers that are pushed or written by oci: gzip, or zstd, which is smaller and needs Docker 23 or containerd 1.5 to pull"
  validation {
    condition     = contains(["gzip", "zstd"], COMPRESSION)
    error_message = "COMPRESSION is gzip or zstd."
  }
}

variable "SBOM_GENERATOR" {
  type        = string
  default     = ""
  description = "Image that lists the packages for release; left out, BuildKit's standard scanner"
}

variable "SOURCE_DATE_EPOCH" {
  type        = string
  default     = "0"
  description = "Time of the last commit that touched what is built, in seconds; scripts/build-info knows it"
  validation {
    condition     = can(regex("^[0-9]{1,11}$", SOURCE_DATE_EPOCH))
    error_message = "SOURCE_DATE_EPOCH is a number of seconds: git log -1 --format=%ct."
  }
}

variable "SOURCE_REVISION" {
  type        = string
  default     = ""
  description = "That commit; label of the image"
}

variable "SOURCE_VERSION" {
  type        = string
  default     = ""
  description = "Version of that commit; label of the image; left out, the first tag"
}

variable "HEAD_REVISION" {
  type        = string
  default     = ""
  description = "Commit that is released; annotation of the index"
}

variable "SOURCE_URL" {
  type        = string
  default     = ""
  description = "Where the source is to be found; label and annotation"
}

variable "BASE_NAME" {
  type        = string
  default     = ""
  description = "Base image, name and digest, as it is told in labels and annotations; left out, what the build starts from"
}

# A release's tags, from its version in three numbers; any other name is one tag.
function "tags_of_name" {
  params = [name]
  result = can(regex("^v?[0-9]+[.][0-9]+[.][0-9]+$", name)) ? concat(
    [trimprefix(name, "v"), regex("^v?([0-9]+[.][0-9]+)", name)[0], regex("^v?([0-9]+)", name)[0]],
    LATEST == "true" ? ["latest"] : []
  ) : [can(regex("^v[0-9]+[.][0-9]+[.][0-9]+-", name)) ? trimprefix(name, "v") : name]
}

# refs/tags/v1.2.3 -> v1.2.3, refs/pull/7/merge -> pr-7, refs/heads/a/b -> a-b
function "name_of_ref" {
  params = [ref]
  result = regex_replace(regex_replace(regex_replace(ref, "^refs/(tags|heads)/", ""), "^refs/pull/([0-9]+)/.*$", "pr-$1"), "/", "-")
}

function "tags" {
  params = []
  result = tags_of_name(GIT_REF == "" ? VERSION : name_of_ref(GIT_REF))
}

# The version that the image itself tells: that of what it is made from, whatever tag it gets.
function "version" {
  params = []
  result = SOURCE_VERSION == "" ? tags()[0] : SOURCE_VERSION
}

# The base as it is told, as far as it is known here; the Dockerfile knows its own default.
function "base" {
  params = []
  result = concat(compact([BASE_NAME, regex_replace(RUNTIME_BASE, "^[a-z-]+:(//)?", ""), pinned_base(PYTHON_VERSION)]), [""])[0]
}

# What labels and annotations tell of an image, by the keys of the OCI image specification.
function "facts" {
  params = [version, revision]
  result = {
    for key, value in {
      title         = "SDLC Lens"
      description   = "Reads sdlc-studio workspaces and answers questions about them over HTTP"
      licenses      = "MIT"
      version       = version
      revision      = revision
      source        = SOURCE_URL
      created       = formatdate("YYYY-MM-DD'T'hh:mm:ss'Z'", timeadd("1970-01-01T00:00:00Z", "${SOURCE_DATE_EPOCH}s"))
      "base.name"   = regex_replace(base(), "@.*$", "")
      "base.digest" = can(regex("@", base())) ? regex_replace(base(), "^.*@", "") : ""
    } : "org.opencontainers.image.${key}" => value if value != ""
  }
}

# The manifest that annotations are for: an image of one platform may come without an index.
function "annotated" {
  params = []
  result = length(split(",", PLATFORMS)) > 1 ? "index" : "manifest"
}

function "pinned_base" {
  params = [version]
  result = lookup({
    "3.13" = "python:3.13-slim@sha256:7c61056e61ac89e852de05f3dc6fa51a6dd2181797bceed46aa725dd7cb2cd3b"
    "3.14" = "python:3.14-slim@sha256:cad9a2c871761c413caa6fdd6441c783451e740a48aaeba60ae62a8b53525ef6"
  }, version, "")
}

# Where another base takes the place of the pinned ones, its name may tell its Python: the other ones cannot be tested then.
function "test_stage" {
  params = [base, version]
  result = element(concat(flatten(regexall("[:a-z-](3[.]1[0-9])", base)), [version]), 0) == version ? "test" : "test-missing"
}

# An argument that is null stays out of the build, and the Dockerfile's own default holds.
function "given" {
  params = [value]
  result = value == "" ? null : value
}

# How an image leaves the builder. Forced: else a layer that is there in the other compression would stay as it is, and
# the same commit have one digest here and another there. zstd's level is the builder's best.
function "exported" {
  params = []
  result = join(",", [
    "oci-mediatypes=true",
    COMPRESSION == "zstd" ? "compression=zstd,compression-level=22" : "compression=gzip",
    "force-compression=true",
    "source-date-epoch=${SOURCE_DATE_EPOCH}",
  ])
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
  description = "What every target is built with"
  args = {
    BASE             = given(pinned_base(PYTHON_VERSION))
    BASE_NAME        = given(base())
    REQUESTED_PYTHON = given(PYTHON_VERSION)
    VERSION          = version()
  }
  cache-from = CACHE == "" ? [] : ["type=registry,ref=${CACHE}"]
  contexts   = { for name, base in { build-base = BUILD_BASE, runtime-base = RUNTIME_BASE } : name => base if base != "" }
  secret = concat(
    CA_BUNDLE == "" ? [] : ["type=file,id=ca_bundle,src=${CA_BUNDLE}"],
    PIP_CONFIG == "" ? [] : ["type=file,id=pip_config,src=${PIP_CONFIG}"],
  )
}

target "_no_image" {
  description = "What is built for its verdict alone"
  inherits    = ["_common"]
  output      = ["type=cacheonly"]
}

target "docker-metadata-action" {
  description = "Default tags and annotations of runtime; the metadata action's bake file takes its place"
  tags        = flatten([for registry in split(",", REGISTRY) : [for tag in tags() : join("/", compact([registry, "${IMAGE}:${tag}"]))]])
  annotations = [for key, value in facts(tags()[0], HEAD_REVISION) : "${annotated()}:${key}=${value}"]
}

target "check" {
  description = "The Dockerfile's own checks"
  inherits    = ["_common"]
  call        = "check"
}

target "lint" {
  description = "Python's form, rules and types, shell scripts, Dockerfiles, workflows, locks: linters side by side"
  inherits    = ["_no_image"]
  target      = "lint"
}

target "lock-check" {
  description = "Whether backend/requirements is made from what backend/pyproject.toml names; looks only, and asks no index"
  inherits    = ["_no_image"]
  target      = "lint-locks"
}

target "audit" {
  description     = "Known vulnerabilities of the locked packages, asked of the public package index each time"
  inherits        = ["_no_image"]
  target          = "audit"
  no-cache-filter = ["audit"]
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

target "test-matrix" {
  name        = "test-${replace(python, ".", "-")}"
  description = "pytest on Python ${python}; says NOT TESTED where the base in use is of another Python"
  matrix      = { python = ["3.12", "3.13", "3.14"] }
  inherits    = ["_no_image"]
  target      = test_stage(BUILD_BASE, python)
  args = {
    BASE             = given(pinned_base(python))
    REQUESTED_PYTHON = python
  }
  no-cache-filter = ["test-missing"]
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

target "sbom-generator" {
  description = "What SBOM_GENERATOR may name where BuildKit's standard scanner cannot be had"
  inherits    = ["_common"]
  target      = "sbom-generator"
  platforms   = split(",", PLATFORMS)
  tags        = [for registry in split(",", REGISTRY) : join("/", compact([registry, "sdlc-lens-sbom:${VERSION}"]))]
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
  labels      = facts(version(), SOURCE_REVISION)
  output      = ["type=image,${exported()}"]
  cache-to    = CACHE == "" ? [] : ["type=registry,ref=${CACHE},mode=max,ignore-error=true"]
  args = {
    DESTINATION = join(" ", [for tag in target.docker-metadata-action.tags : tag if can(regex("^(localhost|[^/]*[.:][^/]*)/", tag))])
    GATE        = "on"
  }
}

target "release" {
  description = "runtime with full provenance and a list of its packages, to be pushed"
  inherits    = ["runtime"]
  attest = [
    "type=provenance,mode=max",
    join(",", compact(["type=sbom", SBOM_GENERATOR == "" ? "" : "generator=${SBOM_GENERATOR}"])),
  ]
}

target "oci" {
  description = "runtime as an OCI layout in a file of DESTDIR, the same for the same commit"
  inherits    = ["runtime"]
  tags        = []
  attest      = ["type=provenance,disabled=true", "type=sbom,disabled=true"]
  output      = ["type=oci,dest=${DESTDIR}/image.oci.tar,${exported()}"]
  args = {
    DESTINATION = "${DESTDIR}/image.oci.tar"
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
