#!/usr/bin/env bash
# Builds the Docker Compose that go.mod names into BIN/cli-plugins.
# A module of its own: buildx needs another version of what both read Compose files with.
# usage: build.sh BIN   (needs Go >= 1.26). Prints one line a command: "N/M NAME".
set -euo pipefail
cd "$(dirname "$0")"
bin=${1:?BIN}/cli-plugins
mkdir -p "$bin"
version=$(go list -m -f '{{.Version}}' github.com/docker/compose/v5)
echo "1/1 docker-compose"
CGO_ENABLED=0 go build -mod=readonly -trimpath -ldflags "-s -w -X github.com/docker/compose/v5/internal.Version=$version" -o "$bin/docker-compose" github.com/docker/compose/v5/cmd
