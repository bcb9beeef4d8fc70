#!/bin/sh
# Answers who it is: host name, address, version.
host=$(hostname)
address=$(hostname -i 2>/dev/null | cut -d' ' -f1)
printf 'Content-Type: text/plain\r\nX-Served-By: %s\r\n\r\n' "$host"
printf 'host     %s\naddress  %s\nversion  1\n' "$host" "$address"
