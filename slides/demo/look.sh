echo "host   $(hostname)"
set -- /proc/[0-9]*
procs=$#
# How many exactly is another number each time.
[ "$procs" -ge 20 ] && procs='20+'
echo "procs  $procs"
ip -o -4 addr | grep -v 127.0.0.1 | head -1 | awk '{print "addr   " $2 " " $4}'
echo "ns     $(readlink /proc/self/ns/pid)"
echo "ns     $(readlink /proc/self/ns/net)"
echo "kernel $(uname -r)"
