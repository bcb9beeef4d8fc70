#!/usr/bin/env bash
# Builds what a build.sh makes into DIR, once, also where several want it at the same time.
# What a build that was cut off has made is taken up again; the folder has its name when all is complete.
# usage: build-once.sh BUILD DIR   Prints what BUILD prints.
set -euo pipefail
build=${1:?BUILD}
dir=${2:?DIR}
mkdir -p "$(dirname "$dir")"
exec 9>"$dir.lock"
flock --nonblock 9 || { echo "waiting for another process that builds the same"; flock 9; }
[ -d "$dir" ] && exit
"$build" "$dir.building"
mv "$dir.building" "$dir"
