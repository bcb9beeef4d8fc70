#!/usr/bin/env bash
# Builds a current Docker engine into BIN: the daemon and what it starts, from go.mod, one after the other; what is
# there already stays.
# usage: build.sh BIN   (needs Go >= 1.26, a C compiler and libseccomp's headers). Prints one line a command: "N/M NAME".
set -euo pipefail
cd "$(dirname "$0")"
bin=${1:?BIN}
mkdir -p "$bin"
version="-X github.com/moby/moby/v2/dockerversion.Version=$(go list -m -f '{{.Version}}' github.com/moby/moby/v2 | sed s/^v//)"
packages=(
  github.com/moby/moby/v2/cmd/dockerd
  github.com/moby/moby/v2/cmd/docker-proxy
  github.com/containerd/containerd/v2/cmd/containerd
  github.com/containerd/containerd/v2/cmd/containerd-shim-runc-v2
  github.com/opencontainers/runc
)
n=0
for package in "${packages[@]}"; do
  n=$((n + 1))
  name=${package##*/}
  echo "$n/${#packages[@]} $name"
  if [ ! -x "$bin/$name" ]; then
    # Only runc needs C, for libseccomp. Renamed when complete: a build that was cut off leaves no half of a command.
    cgo=0 tags=
    if [ "$name" = runc ]; then cgo=1 tags=seccomp; fi
    CGO_ENABLED=$cgo go build -mod=readonly -trimpath -tags "$tags" -ldflags "-s -w $version" -o "$bin/.$name" "$package"
    mv "$bin/.$name" "$bin/$name"
  fi
done
