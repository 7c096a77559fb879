# The whole build. Its targets: docker buildx bake --list=targets; its variables: docker buildx bake --list=variables

# The image's names, and where they are pushed.
variable "REGISTRY" {
  default     = ""
  description = "Registry and namespace to push to (ghcr.io/your-team), or a name on Docker Hub; several with commas"
}
variable "IMAGE" {
  default     = "sdlc-lens-backend"
  description = "Name of the image"
}
variable "VERSION" {
  default     = "dev"
  description = "Version to tag as: 1.2.3 also gives the floating tags, 1.2.3-rc.1 and any other word only itself"
}
variable "GIT_REF" {
  default     = ""
  description = "Git ref to tag as, in place of VERSION: refs/tags/v1.2.3, refs/heads/NAME or refs/pull/N/merge"
  validation {
    condition     = !can(regex("^refs/heads/(latest|pr[/-]\\d+|\\d+([.]\\d+)?|v?\\d+([.]\\d+){2}([/-].*)?)$", GIT_REF))
    error_message = "GIT_REF is a branch that would take the tag of a release or a pull request: rename the branch."
  }
}
variable "FLOATING_TAGS" {
  type        = list(string)
  default     = ["minor", "major", "latest"]
  description = "Tags that move with each release: minor (1.2), major (1, never 0), latest; none for immutable tags"
  validation {
    condition     = length(setsubtract(FLOATING_TAGS, ["minor", "major", "latest", "none"])) == 0
    error_message = "FLOATING_TAGS lists minor, major and latest, separated by commas, or is none."
  }
}

# What it is built for and on.
variable "PLATFORMS" {
  type        = list(string)
  default     = ["linux/amd64", "linux/arm64"]
  description = "Platforms of runtime, separated by commas"
}
variable "PYTHON_VERSION" {
  default     = ""
  description = "Python of the default base: 3.12, 3.13 or 3.14; unset, the Dockerfile's 3.12"
}
variable "BUILD_BASE" {
  default     = ""
  description = "Base of the stages that run: a bake context such as docker-image://NAME or oci-layout://FOLDER"
}
variable "RUNTIME_BASE" {
  default     = ""
  description = "Base of the image, as a bake context; its Python must be that of BUILD_BASE"
}
variable "DESTDIR" {
  default     = "dist"
  description = "Folder that test-report writes to"
}

# How it is built.
variable "CA_BUNDLE" {
  default     = ""
  description = "File in the checkout with the certificates to trust when packages are fetched; a secret of the build"
}
variable "PIP_CONFIG" {
  default     = ""
  description = "pip.conf in the checkout that names a private package index; a secret of the build"
}
variable "ALLOW_STANDIN" {
  type        = bool
  default     = false
  description = "1: runtime, release and oci may be built on the stand-in base that scripts/setup/base makes"
}
variable "CACHE" {
  default     = ""
  description = "Build cache to read: an image name (ghcr.io/your-team/cache), gha for GitHub's, or a folder (./cache)"
}
variable "CACHE_WRITE" {
  type        = bool
  default     = false
  description = "1: runtime, release and oci also write CACHE"
}
variable "COMPRESSION" {
  default     = "gzip"
  description = "Compression of the image's layers: gzip, or zstd, smaller, which Docker 23 and containerd 1.5 can pull"
  validation {
    condition     = contains(["gzip", "zstd"], COMPRESSION)
    error_message = "COMPRESSION is gzip or zstd."
  }
}
variable "SBOM_GENERATOR" {
  default     = ""
  description = "Image that lists the packages for release; unset, BuildKit's standard scanner"
}

# Its source: scripts/build-info prints all of these but SOURCE_URL.
variable "SOURCE_DATE_EPOCH" {
  default     = ""
  description = "Time of the last commit that touched the build's inputs, in seconds; unset, the time of the build"
}
variable "SOURCE_REVISION" {
  default     = ""
  description = "That commit; label and annotation"
}
variable "SOURCE_VERSION" {
  default     = "0+unknown"
  description = "Version that the image states, as scripts/build-info derives it from the commit"
}
variable "SOURCE_URL" {
  default     = ""
  description = "Address of the source repository; label and annotation"
}

# The bases of the other Python versions; the default one is in the Dockerfile.
_bases = {
  "3.13" = "python:3.13-slim@sha256:7c61056e61ac89e852de05f3dc6fa51a6dd2181797bceed46aa725dd7cb2cd3b"
  "3.14" = "python:3.14-slim@sha256:cad9a2c871761c413caa6fdd6441c783451e740a48aaeba60ae62a8b53525ef6"
}

# refs/tags/v1.2.3 -> 1.2.3, refs/pull/7/merge -> pr-7, refs/heads/a/b -> a-b
_ref      = regex_replace(regex_replace(GIT_REF, "^refs/pull/([0-9]+)/.*", "pr-$1"), "^refs/[a-z]+/", "")
_name     = regex_replace(GIT_REF == "" ? VERSION : replace(_ref, "/", "-"), "^v([0-9]+[.][0-9]+[.][0-9]+)", "$1")
_release  = can(regex("^[0-9]+[.][0-9]+[.][0-9]+$", _name))
_floating = { minor = "^([0-9]+[.][0-9]+).*", major = "^([0-9]+).*" }
_tags = concat([_name], [
  for kind in FLOATING_TAGS : regex_replace(_name, lookup(_floating, kind, ".*"), kind == "latest" ? kind : "$1")
  if _release && kind != "none" && !(kind == "major" && can(regex("^0[.]", _name)))
])

# Labels and annotations, by the keys of the OCI image specification; unknown values are left out.
_metadata = {
  for key, value in {
    title       = "SDLC Lens"
    description = "Reads sdlc-studio workspaces and answers questions about them over HTTP"
    licenses    = "MIT"
    version     = SOURCE_VERSION
    revision    = SOURCE_REVISION
    source      = SOURCE_URL
    created     = SOURCE_DATE_EPOCH == "" ? "" : timeadd("1970-01-01T00:00:00Z", "${SOURCE_DATE_EPOCH}s")
  } : "org.opencontainers.image.${key}" => value if value != ""
}

# How an image leaves the builder. Forced: a layer that exists in the other compression would stay as it is.
_compression = COMPRESSION == "zstd" ? "compression=zstd,compression-level=22" : "compression=gzip"
_epoch       = SOURCE_DATE_EPOCH == "" ? "" : ",source-date-epoch=${SOURCE_DATE_EPOCH}"
_exported    = "oci-mediatypes=true,force-compression=true,${_compression}${_epoch}"

# The image's names in each registry. Names of forges may have capitals, image names may not.
function "names" {
  params = [image, tags]
  result = [for name in setproduct(split(",", lower(REGISTRY)), tags) :
    trimprefix("${name[0]}/${image}:${name[1]}", "/")]
}

# CACHE as bake takes it, to read or to write.
_cache = CACHE == "gha" ? "type=gha" : (
  can(regex("^[./]", CACHE)) ? "type=local,src=${CACHE},dest=${CACHE}" : "type=registry,ref=${lower(CACHE)}"
)

# A base that replaces the pinned ones may state its Python in its name: the other versions cannot be tested then.
_python = try(regex("[:a-z-](3[.]1[0-9])", BUILD_BASE)[0], "")

# What a plain call and a check of everything build.
group "default" {
  description = "The image for this machine"
  targets     = ["runtime-local"]
}
group "validate" {
  description = "All checks that run inside the build"
  targets     = ["check", "lint", "lock-check", "test"]
}

# What the targets share.
target "_common" {
  description = "Arguments, bases, cache and secrets of every target"
  args = {
    BASE             = try(_bases[PYTHON_VERSION], null)
    BASE_NAME        = RUNTIME_BASE == "" ? null : regex_replace(RUNTIME_BASE, "^[a-z-]+:(//)?", "")
    REQUESTED_PYTHON = PYTHON_VERSION == "" ? null : PYTHON_VERSION
  }
  cache-from = CACHE == "" ? [] : [_cache]
  contexts = { for name, base in { build-base = BUILD_BASE, runtime-base = RUNTIME_BASE } : name => base if base != "" }
  secret = concat(
    CA_BUNDLE == "" ? [] : ["type=file,id=ca_bundle,src=${CA_BUNDLE}"],
    PIP_CONFIG == "" ? [] : ["type=file,id=pip_config,src=${PIP_CONFIG}"],
  )
}
target "_no_image" {
  description = "Builds that only pass or fail"
  inherits    = ["_common"]
  output      = ["type=cacheonly"]
}
target "_tools" {
  description = "The stage of the image's Dockerfile that development tools start from"
  inherits    = ["_common"]
  target      = "tools"
}
target "_development" {
  description = "Builds of scripts/tools.Dockerfile"
  inherits    = ["_no_image"]
  dockerfile  = "scripts/tools.Dockerfile"
  contexts    = { tools = "target:_tools" }
}

# The image, from its libraries to a push.
target "deps" {
  description = "The locked libraries"
  inherits    = ["_no_image"]
  target      = "deps"
}
target "test" {
  description = "pytest on the libraries and the app that ship; fails when a test fails"
  inherits    = ["_no_image"]
  target      = "test"
}
target "test-matrix" {
  name        = "test-${replace(python, ".", "-")}"
  description = "pytest on Python ${python}; says NOT TESTED where the base in use has another Python"
  matrix      = { python = ["3.12", "3.13", "3.14"] }
  inherits    = [contains(["", python], _python) ? "_no_image" : "_development"]
  target      = contains(["", python], _python) ? "test" : "not-tested"
  args = { BASE = try(_bases[python], null), REQUESTED_PYTHON = BUILD_BASE == "" ? null : python, PYTHON = python }
  no-cache-filter = ["not-tested"]
}
target "test-report" {
  description = "junit.xml, coverage.xml and pytest.log of a test run of its own, also when tests fail"
  inherits    = ["_common"]
  target      = "test-report"
  args        = { REPORT = timestamp() }
  output      = ["type=local,dest=${DESTDIR}"]
}
target "builder" {
  description = "The app beside its libraries, behind the gate: only if the tests passed"
  inherits    = ["_no_image"]
  target      = "builder"
}
target "runtime-local" {
  description = "The image for this machine, loaded into its engine; does not wait for the tests"
  inherits    = ["_common"]
  target      = "runtime"
  contexts    = { test = "docker-image://scratch" }
  tags        = ["${IMAGE}:${VERSION}"]
  output      = ["type=docker"]
  args        = { SOURCE_VERSION = SOURCE_VERSION }
}
target "docker-metadata-action" {
  description = "Default tags of runtime; the metadata action's bake files replace them, and add labels and annotations"
  tags        = names(IMAGE, _tags)
}
target "runtime" {
  description = "The image for every platform, to be pushed: only if the tests passed"
  inherits    = ["_common", "docker-metadata-action"]
  target      = "runtime"
  platforms   = PLATFORMS
  labels      = _metadata
  annotations = [for key, value in _metadata : "index:${key}=${value}"]
  output      = ["type=image,${_exported}"]
  cache-to    = CACHE_WRITE && CACHE != "" ? ["${_cache},mode=max,ignore-error=true"] : []
  # One platform gets an index, too: annotations and a digest of the same kind.
  args = { SOURCE_VERSION = SOURCE_VERSION, BUILDKIT_MULTI_PLATFORM = "1" }
}
target "release" {
  description = "runtime with full provenance and a list of its packages, to be pushed"
  inherits    = ["runtime"]
  attest      = ["type=provenance,mode=max", join(",generator=", compact(["type=sbom", SBOM_GENERATOR]))]
}
target "oci" {
  description = "runtime as an OCI archive on standard output, the same for the same commit"
  inherits    = ["runtime"]
  tags        = ["${IMAGE}:${_name}"]
  attest      = ["type=provenance,disabled=true", "type=sbom,disabled=true"]
  output      = ["type=oci,dest=-,${_exported}"]
}

# Development.
target "check" {
  name        = "check-${dockerfile}"
  description = "The builder's checks of a Dockerfile, strict here and nowhere else"
  inherits    = [dockerfile == "image" ? "_common" : "_development"]
  matrix      = { dockerfile = ["image", "tools"] }
  call        = "check"
  args        = { BUILDKIT_DOCKERFILE_CHECK = "experimental=all" }
}
target "lint" {
  name        = "lint-${linter}"
  description = "Fails for a finding of this linter; reports those of all, since bake stops at the first failure"
  matrix      = { linter = ["dockerfiles", "format", "rules", "shell", "types", "workflows"] }
  inherits    = ["_development"]
  target      = "lint"
  args        = { LINTER = linter }
}
target "lock" {
  description     = "backend/requirements, resolved from backend/pyproject.toml"
  inherits        = ["_development"]
  target          = "lock"
  no-cache-filter = ["lock-run"]
  output          = ["type=local,dest=backend/requirements"]
}
target "lock-check" {
  description = "Whether backend/requirements is as bake lock wrote it from backend/pyproject.toml; asks no index"
  inherits    = ["_development"]
  target      = "lock-check"
}
target "audit" {
  description     = "Known vulnerabilities of the locked packages, asked of the public package index each time"
  inherits        = ["_development"]
  target          = "audit"
  no-cache-filter = ["audit"]
}
target "test-tools" {
  description = "The packages that tests on the engine import, written to .build/tests"
  inherits    = ["_development"]
  target      = "test-tools"
  output      = ["type=local,dest=.build/tests"]
}
target "sbom-generator" {
  description = "An image for SBOM_GENERATOR, where BuildKit's standard scanner is unavailable"
  inherits    = ["_development"]
  target      = "sbom-generator"
  tags        = names("sdlc-lens-sbom", [VERSION])
  output      = ["type=image"]
}
