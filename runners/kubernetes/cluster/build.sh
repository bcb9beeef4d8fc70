#!/usr/bin/env bash
# Builds the Kubernetes commands and etcd that go.mod names into BIN, one after the other; what is there already stays.
# usage: build.sh BIN   (needs Go >= 1.25). Prints one line a command: "N/M NAME".
set -euo pipefail
cd "$(dirname "$0")"
bin=${1:?BIN}
kubernetes=$(go list -m -f '{{.Version}}' k8s.io/kubernetes)
minor=$(cut -d. -f2 <<<"$kubernetes")
version="-X k8s.io/component-base/version.gitVersion=$kubernetes -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=$minor -X k8s.io/component-base/version.gitTreeState=clean"
packages=(
  k8s.io/kubernetes/cmd/kube-apiserver
  k8s.io/kubernetes/cmd/kube-controller-manager
  k8s.io/kubernetes/cmd/kubelet
  k8s.io/kubernetes/cmd/kubeadm
  k8s.io/kubernetes/cmd/kubectl
  k8s.io/kubernetes/cmd/kube-proxy
  k8s.io/kubernetes/cmd/kube-scheduler
  go.etcd.io/etcd/server/v3
  go.etcd.io/etcd/etcdctl/v3
)
mkdir -p "$bin"
export CGO_ENABLED=0
n=0
for package in "${packages[@]}"; do
  n=$((n + 1))
  case $package in
    */server/v3) name=etcd ;;
    */etcdctl/v3) name=etcdctl ;;
    *) name=${package##*/} ;;
  esac
  echo "$n/${#packages[@]} $name"
  if [ ! -x "$bin/$name" ]; then
    # Renamed when complete: a build that was cut off leaves no half of a command.
    go build -mod=readonly -trimpath -ldflags "-s -w $version" -o "$bin/.$name" "$package"
    mv "$bin/.$name" "$bin/$name"
  fi
done
