#!/bin/sh
# As PID 1 a shell gets no default signal handling: without the trap, stopping takes ten seconds.
trap 'kill $! 2>/dev/null; exit 0' TERM INT
printf 'A:*\n/:/cgi-bin/index.cgi\n' > /tmp/httpd.conf
httpd -f -p 8080 -h /www &
wait $!
