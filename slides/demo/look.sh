echo "host   $(hostname)"
echo "procs  $(ls /proc | grep -cE '^[0-9]+$')"
ip -o -4 addr | grep -v 127.0.0.1 | head -1 | awk '{print "addr   " $2 " " $4}'
echo "ns     $(readlink /proc/self/ns/pid)"
echo "ns     $(readlink /proc/self/ns/net)"
echo "kernel $(uname -r)"
