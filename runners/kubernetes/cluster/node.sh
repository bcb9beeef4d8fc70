#!/usr/bin/env bash
# One node in its network namespace and a mount namespace of its own: container runtime, proxy, kubelet. Started by up.sh.
source "$(dirname "$0")/env.sh"
n=${1:?NODE}
here=$DIR/n$n

cat >"$here/containerd.toml" <<TOML
version = 2
root = "$here/root"
state = "$here/state"
[grpc]
  address = "$here/containerd.sock"
[plugins."io.containerd.internal.v1.opt"]
  path = "$here/opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "kamishibai.dev/pause:1"
  # This machine's root may not lower a score.
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      SystemdCgroup = false
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$here/cni"
TOML

cat >"$here/cni/10-pods.conflist" <<JSON
{"cniVersion": "1.0.0", "name": "pods", "plugins": [
  {"type": "bridge", "bridge": "cni0", "isGateway": true, "ipMasq": false, "hairpinMode": true, "mtu": 1450,
    "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.1.$n.0/24"}]], "routes": [{"dst": "0.0.0.0/0"}], "dataDir": "$here/ipam"}},
  {"type": "portmap", "capabilities": {"portMappings": true}}]}
JSON

# The agent that judges the first packet of each connection between pods. It finds its account where a pod would have it.
# The kernel may lack the queues of nftables, for which the agent makes rules: these of iptables lead to the same queue.
policies() {
  local rule=(iptables -w -t mangle -A POSTROUTING) account=/run/secrets/kubernetes.io/serviceaccount queue=100
  mkdir -p "$account"
  mount --bind "$DIR/credentials/policies" "$account"
  KUBERNETES_SERVICE_HOST=$SERVER KUBERNETES_SERVICE_PORT=6443 start "policies-n$n" \
    "$POLICIES/kube-network-policies" --hostname-override "n$n" --nfqueue-id "$queue" --metrics-bind-address 127.0.0.1:9080
  await "What enforces policies on n$n" 30 "policies-n$n" grep -q "^ *$queue " /proc/net/netfilter/nfnetlink_queue
  "${rule[@]}" -m owner --uid-owner 0 -j ACCEPT
  "${rule[@]}" -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
  "${rule[@]}" -s "$PODS" -d "$PODS" -j NFQUEUE --queue-num "$queue"
}

echo "nameserver 127.0.0.1" >"$here/resolv.conf"

cat >"$here/kubelet.yaml" <<YAML
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
failCgroupV1: false
cgroupDriver: cgroupfs
cgroupsPerQOS: true
enforceNodeAllocatable: []
cgroupRoot: /$(node "$n")
failSwapOn: false
containerRuntimeEndpoint: unix://$here/containerd.sock
oomScoreAdj: 0
maxOpenFiles: 20000
imageGCHighThresholdPercent: 100
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: $DIR/pki/ca.crt}}
authorization: {mode: Webhook}
clusterDNS: [10.96.0.10]
clusterDomain: cluster.local
resolvConf: $here/resolv.conf
podLogsDir: $here/logs
volumePluginDir: $here/plugins
evictionHard: {memory.available: 100Mi, nodefs.available: 1%, imagefs.available: 1%, nodefs.inodesFree: 1%}
nodeStatusUpdateFrequency: 2s
nodeLeaseDurationSeconds: 8
serializeImagePulls: false
YAML

cat >"$here/proxy.yaml" <<YAML
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: nftables
hostnameOverride: n$n
clusterCIDR: $PODS
oomScoreAdj: 0
conntrack: {maxPerCore: 0, min: 0, tcpEstablishedTimeout: 0s, tcpCloseWaitTimeout: 0s}
clientConnection: {kubeconfig: $DIR/credentials/super-admin.conf}
YAML

mkdir -p "$here/var-lib-kubelet" /var/lib/kubelet
mount --bind "$here/var-lib-kubelet" /var/lib/kubelet
mount --make-rshared /
start "containerd-n$n" containerd --config "$here/containerd.toml"
await "The container runtime of n$n" 30 "containerd-n$n" ctr -a "$here/containerd.sock" version
for archive in "$DIR"/images/*.tar; do
  ctr -a "$here/containerd.sock" -n k8s.io images import "$archive" >/dev/null
done
policies
start "proxy-n$n" "$BIN/kube-proxy" --config "$here/proxy.yaml"
exec "$BIN/kubelet" --config "$here/kubelet.yaml" --kubeconfig "$DIR/credentials/n$n/kubelet.conf" --root-dir "$here/kubelet" \
  --hostname-override "n$n" --node-ip "$(address "$n")" --cert-dir "$here/pki"
