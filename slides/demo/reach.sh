# Which of the named pods reaches the pod db: each tries for a second to connect to its port.
db=$(kubectl get pod db -o "jsonpath={.status.podIP}")
next=
for pod in "$@"; do
  printf "$next%-5s → db  " "$pod"
  next='\n'
  if kubectl exec "$pod" -- nc -w 1 "$db" 8080 </dev/null >/dev/null 2>&1; then
    printf '✓ 届く'
  else
    printf '✗ 届かない'
  fi
done
