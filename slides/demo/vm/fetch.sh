#!/bin/sh
# Gets what boot.sh lacks. The kernel, that of Debian's cloud images, goes beside this file; the packages need root.
set -eu
cd "$(dirname "$0")"
command -v apt-get >/dev/null || {
  echo "This is no Debian. Install QEMU and a static busybox, and put an x86-64 Linux kernel at $PWD/vmlinuz."
  exit 1
}

packages=
command -v qemu-system-x86_64 >/dev/null || packages="$packages qemu-system-x86"
command -v busybox >/dev/null || packages="$packages busybox-static"
if [ -n "$packages" ] && [ "$(id -u)" = 0 ]; then
  # shellcheck disable=SC2086
  DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends $packages >/dev/null
elif [ -n "$packages" ]; then
  echo "Install these first: sudo apt-get install --no-install-recommends$packages"
  exit 1
fi
[ -r vmlinuz ] && exit 0

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
package=$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/.*Depends: //p' | head -1)
echo "Fetching $package …"
(cd "$dir" && apt-get download -qq "$package" 2>/dev/null && dpkg -x ./*.deb .)
cp "$dir"/boot/vmlinuz-* vmlinuz
echo "$PWD/vmlinuz is there."
