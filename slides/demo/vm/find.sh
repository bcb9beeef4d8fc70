# Finds what a virtual machine is made of: sets kernel and busybox, or says what is missing and how to get it.
missing() {
  echo "The virtual machine cannot boot: $1."
  echo "To get it: sh $here/fetch.sh"
  exit 1
}

command -v qemu-system-x86_64 >/dev/null || missing 'QEMU (qemu-system-x86_64) is not installed'

kernel=
for file in "$here/vmlinuz" /boot/vmlinuz-*-cloud-amd64 /boot/vmlinuz-*; do
  [ -r "$file" ] && kernel=$file && break
done
[ -n "$kernel" ] || missing 'there is no kernel for it'

busybox=$(command -v busybox) || missing 'busybox is not installed'
if ldd "$busybox" >/dev/null 2>&1; then
  missing "$busybox is not static (package busybox-static)"
fi
