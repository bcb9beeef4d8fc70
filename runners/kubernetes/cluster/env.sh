# Sourced by the scripts beside it: the names and places of one cluster.
# Expects DIR (its folder, absolute), ID (a few letters, unlike any other cluster's on this machine) and SUBNET (the third number of its node network).
set -euo pipefail
: "${DIR:?}" "${ID:?}" "${SUBNET:?}"

NODES=(1 2)
SERVER=10.250.$SUBNET.1                # the API server, and the first node
PODS=10.1.0.0/16                       # as the slides say; node N has 10.1.N.0/24
SERVICES=10.96.0.0/16
CONTROLLERS=(cpu cpuacct cpuset memory systemd pids)

switch=kb-$ID-sw
node() { echo "kb-$ID-n$1"; }          # the network namespace of a node, and its control group
address() { echo "10.250.$SUBNET.$1"; }
inside() { local namespace=$1; shift; nsenter --net="/run/netns/$namespace" "$@"; }   # not `ip netns exec`: it remounts /sys and hides the control groups

# When a process was started, and in which run of the machine: its pid alone may be another's later.
since() {
  local stat
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 0
  set -- ${stat##*) }
  echo "$(cat /proc/sys/kernel/random/boot_id) ${20}"
}

# Starts a program that outlives this script, in a session of its own; its pid and log lie in DIR.
start() {
  local name=$1
  shift
  setsid "$@" >"$DIR/log/$name.log" 2>&1 </dev/null &
  since $! >"$DIR/pid/$name.since"
  echo $! >"$DIR/pid/$name"
}

# Waits until a command succeeds; after LIMIT seconds says what did not come, with the end of a log.
await() {
  local what=$1 limit=$2 log=$3 until
  shift 3
  until=$((SECONDS + limit))
  until "$@" >/dev/null 2>&1; do
    if ((SECONDS >= until)); then
      echo "$what did not come within $limit s. The end of its log:" >&2
      tail -n 5 "$DIR/log/$log.log" >&2 || true
      exit 1
    fi
    sleep 0.2
  done
}
