#!/usr/bin/env bash
# Builds the image with buildah, as root, without a container engine:
#
#   deploy/image/build.sh [--debootstrap] [NAME]
#
# NAME defaults to localhost/sei-node-tasks:<version>. --debootstrap makes the base images from Debian's packages, the
# node binary of node_modules and the npm of this machine, where no image registry is reachable. BASE and RUNTIME, if set,
# replace those of the Dockerfile. An image that was built from the same files is not built again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

# Neither needs a daemon, overlayfs or user namespaces.
export STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot

debootstrap=false
if [ "${1:-}" = --debootstrap ]; then
  debootstrap=true
  shift
fi
version=$(node --print 'require("./package.json").version')
name=${1:-localhost/sei-node-tasks:$version}

for tool in buildah $($debootstrap && echo debootstrap); do
  command -v "$tool" > /dev/null || { echo "$tool is not installed: apt-get install $tool" >&2; exit 1; }
done
[ "$(id -u)" = 0 ] || { echo 'This script needs root: buildah mounts file systems.' >&2; exit 1; }

has_image() {
  buildah inspect --type image "$1" > /dev/null 2>&1
}

# Makes an image from a folder.
commit_folder() {
  local container
  container=$(buildah from scratch)
  buildah add --quiet "$container" "$1" / > /dev/null
  buildah commit --quiet --rm "$container" "$2" > /dev/null
}

make_bases() {
  local root
  root=$(mktemp --directory)
  trap 'rm -rf "$root"' RETURN
  debootstrap --variant=minbase --include=ca-certificates bookworm "$root" ${DEBIAN_MIRROR:+"$DEBIAN_MIRROR"}
  rm -rf "$root"/var/cache/apt/*.bin "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/* \
    "$root"/usr/share/{man,info,locale}/*
  find "$root/usr/share/doc" -type f ! -name copyright -delete
  commit_folder "$root" "$RUNTIME"
  install -m 755 node_modules/node/bin/node "$root/usr/local/bin/node"
  mkdir -p "$root/usr/local/lib/node_modules"
  cp --recursive --dereference "$(dirname "$(dirname "$(readlink --canonicalize "$(command -v npm)")")")" \
    "$root/usr/local/lib/node_modules/npm"
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
  commit_folder "$root" "$BASE"
}

if $debootstrap; then
  node_version=$(node --print 'require("./package-lock.json").packages["node_modules/node"].version')
  BASE=localhost/sei-node-tasks-base:bookworm-node-$node_version
  RUNTIME=localhost/sei-node-tasks-runtime:bookworm
  if ! has_image "$BASE" || ! has_image "$RUNTIME"; then make_bases; fi
fi

inputs=$(
  { echo "${BASE:-} ${RUNTIME:-}"
    find Dockerfile .dockerignore LICENSE .npmrc package.json package-lock.json \
      lib api core workflows kubernetes activities crd-bridge encryption worker -type f -print0 |
      sort --zero-terminated | xargs --null sha256sum; } | sha256sum | cut --characters=1-64
)
built=$(buildah inspect --type image --format '{{index .OCIv1.Config.Labels "sei.io/inputs"}}' "$name" 2> /dev/null || true)
if [ "$built" = "$inputs" ]; then
  echo "$name is built from these files already"
  exit 0
fi

options=(--format docker --label "sei.io/inputs=$inputs" --build-arg "VERSION=$version")
options+=(--build-arg "REVISION=$(git rev-parse HEAD 2> /dev/null || echo unknown)")
for argument in BASE RUNTIME; do
  if [ -n "${!argument:-}" ]; then options+=(--build-arg "$argument=${!argument}"); fi
done
npmrc=$(npm config get userconfig)
if [ -f "$npmrc" ]; then options+=(--secret "id=npmrc,src=$npmrc"); fi
if [ -f "${NODE_EXTRA_CA_CERTS:-}" ]; then options+=(--secret "id=ca,src=$NODE_EXTRA_CA_CERTS"); fi
previous=$(buildah images --quiet "$name" 2> /dev/null || true)
buildah build "${options[@]}" --tag "$name" .
# A vfs store keeps whole copies.
if [ -n "$previous" ]; then buildah rmi "$previous" > /dev/null 2>&1 || true; fi
buildah images --format '{{.Name}}:{{.Tag}} {{.Size}}' "$name"
