# shellcheck shell=bash
# The load balancer of a cluster on this machine. Sourced after common.sh.

install_haproxy() {
  find_haproxy >/dev/null && return
  { apt_get update && apt_get install --yes --no-install-recommends haproxy; } >/dev/null 2>&1
  find_haproxy >/dev/null
}

# The program; it lies where not everyone's PATH leads.
find_haproxy() {
  PATH=$PATH:/usr/sbin:/sbin command -v haproxy
}

# haproxy_config port address…: deploy/haproxy.cfg for this port of this machine and these nodes, on the standard output.
haproxy_config() {
  local port=$1 number=0 address
  shift
  sed -e '/^  server /d' -e "s/^  bind :.*/  bind 127.0.0.1:$port/" "$root/deploy/haproxy.cfg"
  for address in "$@"; do
    printf '  server node%s %s\n' "$((number += 1))" "$address"
  done
}
