# Sourced by up.sh: certificates by kubeadm, then etcd, API server, controllers and scheduler in the network of the first node.

credentials() {
  local version n
  version=$("$BIN/kubeadm" version -o short)
  init_configuration 1 "$version" >"$DIR/kubeadm.yaml"
  {
    "$BIN/kubeadm" init phase certs all --config "$DIR/kubeadm.yaml"
    for name in admin super-admin controller-manager scheduler; do
      "$BIN/kubeadm" init phase kubeconfig "$name" --config "$DIR/kubeadm.yaml" --kubeconfig-dir "$DIR/credentials"
    done
    for n in "${NODES[@]}"; do
      mkdir -p "$DIR/credentials/n$n"
      init_configuration "$n" "$version" >"$DIR/credentials/n$n/kubeadm.yaml"
      "$BIN/kubeadm" init phase kubeconfig kubelet --config "$DIR/credentials/n$n/kubeadm.yaml" --kubeconfig-dir "$DIR/credentials/n$n"
    done
  } >"$DIR/log/kubeadm.log" 2>&1
}

init_configuration() { # NODE VERSION
  cat <<YAML
apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
localAPIEndpoint: {advertiseAddress: $SERVER, bindPort: 6443}
nodeRegistration: {name: n$1, criSocket: "unix://$DIR/n$1/containerd.sock"}
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
kubernetesVersion: $2
certificatesDir: $DIR/pki
controlPlaneEndpoint: $SERVER:6443
networking: {serviceSubnet: $SERVICES, podSubnet: $PODS}
apiServer: {certSANs: [$SERVER, localhost]}
YAML
}

control_plane() {
  local first pki=$DIR/pki
  first=$(node 1)
  start etcd nsenter --net="/run/netns/$first" "$BIN/etcd" --name "$ID" --data-dir "$DIR/etcd" --unsafe-no-fsync \
    --listen-client-urls http://127.0.0.1:2379 --advertise-client-urls http://127.0.0.1:2379 --listen-peer-urls http://127.0.0.1:2380
  # Without the address type, exec and logs would look a node's name up in a DNS that is not there.
  start apiserver nsenter --net="/run/netns/$first" "$BIN/kube-apiserver" \
    --etcd-servers=http://127.0.0.1:2379 --bind-address=0.0.0.0 --advertise-address="$SERVER" --secure-port=6443 \
    --service-cluster-ip-range="$SERVICES" --client-ca-file="$pki/ca.crt" \
    --tls-cert-file="$pki/apiserver.crt" --tls-private-key-file="$pki/apiserver.key" \
    --kubelet-client-certificate="$pki/apiserver-kubelet-client.crt" --kubelet-client-key="$pki/apiserver-kubelet-client.key" \
    --kubelet-preferred-address-types=InternalIP \
    --service-account-issuer=https://kubernetes.default.svc.cluster.local \
    --service-account-key-file="$pki/sa.pub" --service-account-signing-key-file="$pki/sa.key" \
    --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction --allow-privileged=true \
    --default-not-ready-toleration-seconds=10 --default-unreachable-toleration-seconds=10
  await "The API server" 90 apiserver "${kubectl[@]}" get --raw /readyz
  # Of the certificates of kubeadm only this one is an administrator's by itself; exec and logs use the other group.
  "${kubectl[@]}" create clusterrolebinding kubeadm:cluster-admins --clusterrole=cluster-admin --group=kubeadm:cluster-admins >/dev/null
  start controllers nsenter --net="/run/netns/$first" "$BIN/kube-controller-manager" --kubeconfig="$DIR/credentials/controller-manager.conf" \
    --service-account-private-key-file="$pki/sa.key" --root-ca-file="$pki/ca.crt" \
    --cluster-signing-cert-file="$pki/ca.crt" --cluster-signing-key-file="$pki/ca.key" \
    --use-service-account-credentials --leader-elect=false --bind-address=127.0.0.1 \
    --node-monitor-period=1s --node-monitor-grace-period=10s
  start scheduler nsenter --net="/run/netns/$first" "$BIN/kube-scheduler" --kubeconfig="$DIR/credentials/scheduler.conf" --leader-elect=false --bind-address=127.0.0.1
}

# The administrator's kubeconfig under the name that the talk sees.
kubeconfig() {
  sed -e "s/kubernetes-super-admin@kubernetes/$CONTEXT/; s/\(name: \|user: \)kubernetes-super-admin/\1$CONTEXT/; s/\(name: \|cluster: \)kubernetes$/\1$CONTEXT/" "$DIR/credentials/super-admin.conf" >"$DIR/kubeconfig"
  chmod 600 "$DIR/kubeconfig"
}
