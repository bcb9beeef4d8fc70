#!/bin/sh
# Gets what boot.sh lacks. The kernel, that of Debian's cloud images, goes beside this file; the packages need root.
set -eu
cd "$(dirname "$0")"
(here=$PWD && . ./find.sh) >/dev/null && exit 0
command -v apt-get >/dev/null || {
  echo "This is no Debian. Install QEMU and a static busybox, and put an x86-64 Linux kernel at $PWD/vmlinuz."
  exit 1
}

# Whoever waits at a terminal sees how far it is.
quiet=-qq
[ -t 1 ] && quiet=

packages=
command -v qemu-system-x86_64 >/dev/null || packages="$packages qemu-system-x86"
busybox=$(command -v busybox) && ! ldd "$busybox" >/dev/null 2>&1 || packages="$packages busybox-static"
if [ -n "$packages" ] && [ "$(id -u)" = 0 ]; then
  # shellcheck disable=SC2086 # words
  DEBIAN_FRONTEND=noninteractive apt-get install $quiet -y --no-install-recommends $packages
elif [ -n "$packages" ]; then
  echo "Install these first: sudo apt-get install --no-install-recommends$packages"
  exit 1
fi
[ -r vmlinuz ] && exit 0

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
package=$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/.*Depends: //p' | head -1)
echo "Fetching $package …"
(cd "$dir" && apt-get download $quiet -o APT::Sandbox::User=root "$package" && dpkg -x ./*.deb .)
cp "$dir"/boot/vmlinuz-* vmlinuz
echo "$PWD/vmlinuz is there."
