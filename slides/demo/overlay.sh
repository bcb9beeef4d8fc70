#!/bin/sh
# Packets that left a node of the two-node cluster in VXLAN so far: overlay.sh NODE-ADDRESS
# Reads the counter of the device in the network namespace that has the node's address; changes nothing.
set -eu
for name in $(ip netns list | cut -d" " -f1); do
  if ip -n "$name" -o -4 addr | grep -q " $1/"; then
    ip -n "$name" -s link show type vxlan | awk 'sent { print $2; exit } /TX:/ { sent = 1 }'
    exit
  fi
done
echo "No network namespace of this machine has the address $1." >&2
exit 1
