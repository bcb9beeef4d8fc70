#!/bin/sh
# Boots a small virtual machine, and says when it is ready and how it runs. It lives until this script is ended.
here=$(dirname "$0")
vm=$HOME/vm
. "$here/find.sh"

# Its disk: one busybox, and init.
rm -rf "$vm"
for folder in bin proc dev; do mkdir -p "$vm/root/$folder"; done
cp "$busybox" "$vm/root/bin/busybox"
for name in sh mount hostname stty uname ps ls cat; do ln -s busybox "$vm/root/bin/$name"; done
cp "$here/init" "$vm/root/init"
chmod 755 "$vm/root/init"
(cd "$vm/root" && find . | "$busybox" cpio -o -H newc >../initramfs 2>/dev/null)

start() { # with an accelerator; its serial line is the fifo $1.in and the file $1.out
  mkfifo "$vm/$1.in"
  qemu-system-x86_64 -machine "microvm,accel=$1,acpi=off,pit=on,pic=on,rtc=on" -cpu max -m 128 -no-reboot \
    -kernel "$kernel" -initrd "$vm/initramfs" -append 'console=ttyS0 quiet panic=1 no_timer_check' \
    -nodefaults -display none -serial stdio <>"$vm/$1.in" >"$vm/$1.out" 2>"$vm/$1.err" &
  echo $! >"$vm/$1.pid"
}
runs() { kill -0 "$(cat "$vm/$1.pid")" 2>/dev/null; }
stop() { kill -9 "$(cat "$vm/$1.pid")" 2>/dev/null; }
trap 'for ended in $ways; do stop "$ended"; done' EXIT
trap 'exit 130' INT TERM HUP

# The processor may seem to help and yet hang its guests. So a machine starts for each way to run, the first that is
# ready stays, and one with the processor's help, which needs a fraction of a second, has one and a half.
ways=tcg
case $(uname) in
  Linux) [ -w /dev/kvm ] && [ ! -e "$HOME/vm-hangs" ] && ways='kvm tcg' ;;
  Darwin) ways='hvf tcg' ;;
esac
for way in $ways; do start "$way"; done
looks=0
while :; do
  alive=
  for way in $ways; do
    grep -aq '^ready' "$vm/$way.out" && break 2
    runs "$way" && alive=yes
  done
  [ -n "$alive" ] || { cat "$vm"/*.err; exit 1; }
  sleep 0.05
  looks=$((looks + 1))
  if [ "$looks" = 30 ] && [ "$ways" != tcg ]; then
    stop "${ways% tcg}"
    touch "$HOME/vm-hangs"
  fi
done
for other in $ways; do [ "$other" = "$way" ] || stop "$other"; done
for end in in out pid; do ln -s "$way.$end" "$vm/$end"; done

case $way in
  kvm) echo 'accelerator: KVM' ;;
  hvf) echo 'accelerator: HVF' ;;
  tcg) echo 'accelerator: none, emulated' ;;
esac
grep -a '^ready' "$vm/out" | tr -d '\r'
wait "$(cat "$vm/pid")"
