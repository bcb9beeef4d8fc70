#!/usr/bin/env bash
# Brings a two-node cluster up, as root. Prints one line a stage.
# Environment: DIR BIN ID SUBNET CONTEXT (env.sh), and TIER: nodes, or api to stop before them.
# Expects BIN as build.sh makes it; for nodes also POLICIES as policies/build.sh does, and their images as archives in DIR/images.
cd "$(dirname "$0")"
source ./env.sh
: "${BIN:?}" "${CONTEXT:?}" "${TIER:?}"
[ "$TIER" = api ] || : "${POLICIES:?}"
source ./network.sh
source ./control-plane.sh
export DIR BIN ID SUBNET
kubectl=("$BIN/kubectl" --kubeconfig "$DIR/credentials/super-admin.conf")

# Control groups of its own, which the kubelet fills; an empty cpuset could hold no process.
control_groups() {
  local name file
  name=$(node "$1")
  for controller in "${CONTROLLERS[@]}"; do mkdir -p "/sys/fs/cgroup/$controller/$name"; done
  for file in cpuset.cpus cpuset.mems; do cat "/sys/fs/cgroup/cpuset/$file" >"/sys/fs/cgroup/cpuset/$name/$file"; done
}

# Whom the agents that enforce network policies are to the API server: they read pods, namespaces and policies.
policies_account() {
  local account=$DIR/credentials/policies
  mkdir -p "$account"
  "${kubectl[@]}" -n kube-system create serviceaccount network-policies >/dev/null
  "${kubectl[@]}" create clusterrolebinding network-policies --clusterrole=view --serviceaccount=kube-system:network-policies >/dev/null
  "${kubectl[@]}" -n kube-system create token network-policies --duration=8760h >"$account/token"
  cp "$DIR/pki/ca.crt" "$account/ca.crt"
}

ready_nodes() { [ "$("${kubectl[@]}" get nodes --no-headers | grep -c ' Ready')" = "${#NODES[@]}" ]; }

mkdir -p "$DIR"/{log,pid,pki,credentials,images}
chmod 700 "$DIR"
echo "network"
network
echo "certificates"
credentials
kubeconfig
echo "control plane"
control_plane
if [ "$TIER" = nodes ]; then
  export POLICIES
  echo "nodes"
  policies_account
  for n in "${NODES[@]}"; do
    mkdir -p "$DIR/n$n"/{cni,kubelet,logs,plugins,state,root,opt}
    control_groups "$n"
    start "kubelet-n$n" nsenter --net="/run/netns/$(node "$n")" unshare --mount --propagation private bash ./node.sh "$n"
  done
  await "The nodes" 120 kubelet-n1 ready_nodes
  # Else the controllers would give the first node 10.1.0.0/24; the slides begin with 10.1.1.0/24.
  for n in "${NODES[@]}"; do
    "${kubectl[@]}" patch node "n$n" -p "{\"spec\": {\"podCIDR\": \"10.1.$n.0/24\", \"podCIDRs\": [\"10.1.$n.0/24\"]}}" >/dev/null
  done
fi
await "The default service account" 60 controllers "${kubectl[@]}" -n default get serviceaccount default
echo "ready"
