#!/bin/sh
# Asks the virtual machine of boot.sh over its serial line: prints what the given commands print there.
vm=$HOME/vm
kill -0 "$(cat "$vm/pid" 2>/dev/null)" 2>/dev/null || { echo 'No virtual machine runs: boot it first.'; exit 1; }

before=$(wc -c <"$vm/out")
exec 3<>"$vm/in"
printf '%s\n' "$*" >&3
for _ in $(seq 100); do
  answer=$(tail -c "+$((before + 1))" "$vm/out" | tr -d '\r')
  case $answer in
    *--end--*)
      printf '%s' "${answer%%--end--*}"
      exit 0
      ;;
  esac
  sleep 0.05
done
echo 'The virtual machine does not answer.'
exit 1
