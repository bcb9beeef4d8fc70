#!/usr/bin/env bash
# Takes a cluster down, whole or half-made; nothing of it is left but DIR/images. Safe to run twice. Environment: DIR ID SUBNET (env.sh).
cd "$(dirname "$0")"
source ./env.sh
set +e

pid() { cat "$DIR/pid/$1" 2>/dev/null; }
# Only what was started under this name: after a restart of the machine its pid is anybody's.
end() { local p; p=$(pid "$1") && [ -n "$(since "$p")" ] && [ "$(since "$p")" = "$(pid "$1.since")" ] && kill "$p" 2>/dev/null; }

containers() { ctr -a "$DIR/n$1/containerd.sock" -n k8s.io "${@:2}" 2>/dev/null; }

for name in kubelet-n1 kubelet-n2 proxy-n1 proxy-n2 policies-n1 policies-n2 scheduler controllers apiserver etcd; do end "$name"; done
for n in "${NODES[@]}"; do
  [ -S "$DIR/n$n/containerd.sock" ] || continue
  for id in $(containers "$n" tasks ls -q); do containers "$n" tasks kill -s KILL "$id"; done
  for _ in 1 2 3 4 5; do
    [ -z "$(containers "$n" tasks ls -q)" ] && break
    for id in $(containers "$n" tasks ls -q); do containers "$n" tasks rm -f "$id" >/dev/null; done
    sleep 0.1
  done
  for id in $(containers "$n" containers ls -q); do containers "$n" containers rm "$id"; done
  end "containerd-n$n"
done
for namespace in "$(node 1)" "$(node 2)" "$switch"; do
  [ -e "/run/netns/$namespace" ] || continue
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    left=$(ip netns pids "$namespace" 2>/dev/null)
    [ -z "$left" ] && break
    kill -9 $left 2>/dev/null
    sleep 0.1
  done
  ip netns delete "$namespace"
done
ip link delete "kb$ID-host" 2>/dev/null
awk -v dir="$DIR/" 'index($2, dir) == 1 { print $2 }' /proc/mounts | sort -r | xargs -r umount -l 2>/dev/null
for n in "${NODES[@]}"; do
  # In all hierarchies: the container runtime makes them in more than the kubelet asks for.
  for group in /sys/fs/cgroup/*/"$(node "$n")"; do
    find "$group" -depth -type d -exec rmdir {} \; 2>/dev/null
  done
done
rm -rf "$DIR"/{n1,n2,credentials,pki,log,pid,etcd,kubeadm.yaml,kubeconfig}
[ ! -e "/run/netns/$switch" ]
