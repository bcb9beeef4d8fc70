# Sourced by up.sh: one network namespace a node, one as the switch between them, the host attached to it.
# All iptables and routes of the cluster live in these namespaces: the host's own are never touched.

attach() { # NAMESPACE NAME ADDRESS: a cable from the switch to eth0 of a namespace
  ip link add "kb$ID-$2" type veth peer name "p-$2" netns "$switch"
  ip -n "$switch" link set "p-$2" master br0 up
  ip link set "kb$ID-$2" netns "$1" name eth0
  ip -n "$1" addr add "$3/24" dev eth0
  ip -n "$1" link set eth0 up
  ip -n "$1" link set lo up
}

attach_host() {
  ip link add "kb$ID-host" type veth peer name p-host netns "$switch"
  ip -n "$switch" link set p-host master br0 up
  ip addr add "$(address 254)/24" dev "kb$ID-host"
  ip link set "kb$ID-host" up
}

# The overlay of node N: what flannel sets up, with neighbours that are known beforehand.
overlay() {
  local n=$1 o=$((3 - $1)) name
  name=$(node "$n")
  ip -n "$name" link add vxlan1 type vxlan id 1 dev eth0 local "$(address "$n")" dstport 8472 nolearning
  ip -n "$name" link set vxlan1 address "02:00:0a:01:0$n:00" mtu 1450
  ip -n "$name" addr add "10.1.$n.0/32" dev vxlan1
  ip -n "$name" link set vxlan1 up
  ip -n "$name" neigh add "10.1.$o.0" lladdr "02:00:0a:01:0$o:00" dev vxlan1 nud permanent
  bridge -n "$name" fdb append "02:00:0a:01:0$o:00" dev vxlan1 dst "$(address "$o")"
  ip -n "$name" route add "10.1.$o.0/24" via "10.1.$o.0" dev vxlan1 onlink
}

network() {
  ip netns add "$switch"
  ip -n "$switch" link add br0 type bridge
  ip -n "$switch" link set br0 up
  ip -n "$switch" link set lo up
  local n
  for n in "${NODES[@]}"; do
    ip netns add "$(node "$n")"
    attach "$(node "$n")" "n$n" "$(address "$n")"
    # No default route: nothing leaves these namespaces.
    ip -n "$(node "$n")" route add "$SERVICES" dev eth0
    overlay "$n"
    inside "$(node "$n")" sysctl -qw net.ipv4.ip_forward=1 net.bridge.bridge-nf-call-iptables=1
  done
  attach_host
  # Each kubelet, proxy and container runtime watches files; the usual 128 are soon used up.
  (($(sysctl -n fs.inotify.max_user_instances) >= 8192)) || sysctl -qw fs.inotify.max_user_instances=8192
}
