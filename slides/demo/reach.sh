# Which of the named pods reaches the pod db: each tries for a second to connect to its port.
db=$(kubectl get pod db -o "jsonpath={.status.podIP}")
for pod in "$@"; do
  printf '%-5s → db  ' "$pod"
  if kubectl exec "$pod" -- nc -w 1 "$db" 8080 </dev/null >/dev/null 2>&1; then
    echo '✓ 届く'
  else
    echo '✗ 届かない'
  fi
done
