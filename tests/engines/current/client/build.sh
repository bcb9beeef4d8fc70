#!/usr/bin/env bash
# Builds the current clients of Docker that go.mod names into BIN: the CLI, and buildx below BIN/cli-plugins.
# A module of its own: its versions of what both are made of are not the engine's.
# usage: build.sh BIN   (needs Go >= 1.26). Prints one line a command: "N/M NAME".
set -euo pipefail
cd "$(dirname "$0")"
bin=${1:?BIN}
mkdir -p "$bin/cli-plugins"
export CGO_ENABLED=0
version() { go list -m -f '{{.Version}}' "$1" | sed 's/^v//; s/+.*//'; }
build() {
  echo "$1 $2"
  [ -x "$bin/$2" ] && return
  # Renamed when complete: a build that was cut off leaves no half of a command.
  # The CLI is no module: Go takes it for one of its oldest language.
  go build -mod=readonly -trimpath -gcflags 'github.com/docker/cli/...=-lang=go1.26' -ldflags "-s -w $4" -o "$bin/.building" "$3"
  mv "$bin/.building" "$bin/$2"
}
build 1/2 docker github.com/docker/cli/cmd/docker "-X github.com/docker/cli/cli/version.Version=$(version github.com/docker/cli)"
build 2/2 cli-plugins/docker-buildx github.com/docker/buildx/cmd/buildx "-X github.com/docker/buildx/version.Version=$(version github.com/docker/buildx)"
