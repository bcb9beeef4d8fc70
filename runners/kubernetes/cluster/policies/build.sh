#!/usr/bin/env bash
# Builds the agent that enforces network policies, of the version that go.mod names, into BIN.
# A module of its own: it has other versions of what the commands of Kubernetes are made of, and theirs take minutes to build.
# usage: build.sh BIN   (needs Go >= 1.25). Prints one line a command: "N/M NAME".
set -euo pipefail
cd "$(dirname "$0")"
bin=${1:?BIN}
mkdir -p "$bin"
export CGO_ENABLED=0
echo "1/1 kube-network-policies"
go build -mod=readonly -trimpath -ldflags "-s -w" -o "$bin/kube-network-policies" sigs.k8s.io/kube-network-policies/cmd
