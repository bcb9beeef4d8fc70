#!/usr/bin/env bash
# Runs a command beside a current Docker engine of its own, in a network namespace in which both are alone: two engines
# on one network spoil each other's iptables. The engine and the clients are built the first time, which takes minutes.
# usage: with.sh COMMAND…   (root on Linux, Go, a C compiler, libseccomp's headers, iproute2, iptables and docker-init)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/kamishibai/engine

# The folder of what a module builds, by all that it is built of.
folder() { echo "$cache/$(cat "$1"/go.mod "$1"/go.sum "$1"/build.sh | sha256sum | cut -c1-12)"; }

if [ "${1:-}" != --inside ]; then
  for module in "$here" "$here/client" "$here/compose"; do
    nice -n 10 "$here/../../../runners/kubernetes/cluster/build-once.sh" "$module/build.sh" "$(folder "$module")" | sed 's/^/engine: building /'
  done
  exec unshare --net "$0" --inside "$@"
fi
shift

PATH=$(folder "$here"):$(folder "$here/client"):$PATH
dir=$(mktemp -d "${TMPDIR:-/tmp}/kamishibai-engine-XXXXXX")
# The CLI finds its plugins here; nobody's logins are in it.
mkdir -p "$dir/config/cli-plugins"
ln -s "$(folder "$here/client")"/cli-plugins/* "$(folder "$here/compose")"/cli-plugins/* "$dir/config/cli-plugins"
export PATH DOCKER_CONFIG=$dir/config DOCKER_HOST=unix://$dir/docker.sock
unset DOCKER_CONTEXT DOCKER_API_VERSION
# vitest: what only this engine can do is tested too.
export KAMISHIBAI_CURRENT_ENGINE=1

ip link set lo up
dockerd --data-root "$dir/data" --exec-root "$dir/exec" --pidfile "$dir/pid" -H "$DOCKER_HOST" >"$dir/log" 2>&1 &
engine=$!
stop() {
  kill "$engine" 2>/dev/null && wait "$engine" || true
  rm -rf "$dir"
}
trap stop EXIT
trap 'exit 143' TERM
trap 'exit 130' INT
for _ in $(seq 300); do
  docker version >/dev/null 2>&1 && break
  kill -0 "$engine" 2>/dev/null || break
  sleep 0.2
done
docker version >/dev/null 2>&1 || { tail -n 5 "$dir/log" >&2; echo "engine: dockerd does not start" >&2; exit 1; }
echo "engine: $(docker version --format '{{.Server.Version}}, API {{.Server.APIVersion}}')"

# Its store is empty: what the decks and tests run is made first.
node "$here/../../../slides/demo/build-image.ts" >"$dir/image.log" || { cat "$dir/image.log" >&2; exit 1; }
"$@"
