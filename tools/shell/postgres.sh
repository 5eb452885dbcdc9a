# shellcheck shell=bash
# A PostgreSQL for as long as it is wanted: a cluster of its own in a folder of its own, on a free port, with fsync on.
# Sourced after common.sh.

# The folder of the newest PostgreSQL's programs; fails where there is none.
find_postgres() {
  local folders
  folders=$(compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort -V | tail -n 1)
  [[ -n $folders ]] || folders=$(command -v initdb) || return 1
  dirname "$folders"
}

install_postgres() {
  find_postgres >/dev/null && return
  { apt_get update && apt_get install --yes --no-install-recommends postgresql; } >/dev/null 2>&1
  find_postgres >/dev/null
}

# PostgreSQL refuses to run as root, and the package brings a user for it.
as_postgres() {
  if [[ $EUID -eq 0 ]]; then
    (cd / && runuser -u postgres -- "$@")
  else
    "$@"
  fi
}

# start_postgres folder [setting=value]…: starts the cluster in the folder, and makes both where they are not there yet. Says in
# POSTGRES_URL how its administrator connects, in POSTGRES_PORT where, and in POSTGRES_PID which process it is.
start_postgres() {
  local folder=$1 programs options=() setting
  shift
  programs=$(find_postgres) || return 1
  [[ -e $folder/data/PG_VERSION ]] || make_postgres "$folder" "$programs" || return 1
  # Where it was before, so that whoever was connected finds it again.
  POSTGRES_PORT=$(cat "$folder/port" 2>/dev/null) && is_free "$POSTGRES_PORT" || POSTGRES_PORT=$(find_port)
  printf %s "$POSTGRES_PORT" >"$folder/port"
  # No socket in the file system: its path may be too long, and everyone here connects by address.
  for setting in "port=$POSTGRES_PORT" listen_addresses=127.0.0.1 unix_socket_directories= fsync=on synchronous_commit=on \
    max_connections=400 shared_buffers=256MB max_wal_size=2GB "$@"; do
    options+=("-c $setting")
  done
  # Its descriptors are not the caller's: whoever waits for the end of the caller's output would wait for the server's.
  as_postgres "$programs/pg_ctl" --pgdata "$folder/data" --log "$folder/log" --wait --timeout 60 --options "${options[*]}" start \
    >"$folder.log" 2>&1 </dev/null || { cat "$folder.log" "$folder/log" >&2; return 1; }
  # shellcheck disable=SC2034 # for the caller
  POSTGRES_PID=$(head -n 1 "$folder/data/postmaster.pid")
  export POSTGRES_URL="Host=127.0.0.1;Port=$POSTGRES_PORT;Username=parley;Password=$(<"$folder/password");Database=postgres"
}

# make_postgres folder programs: a new cluster, whose administrator has a password of chance.
make_postgres() {
  mkdir -p "$1"
  [[ $EUID -ne 0 ]] || chown postgres: "$1"
  as_postgres test -x "$1" || {
    printf '%s\n' "As root PostgreSQL runs as the user 'postgres', who cannot get into $1. Choose a folder that others may pass through." >&2
    return 1
  }
  # shellcheck disable=SC2016 # expanded by the shell that writes it
  as_postgres bash -c 'umask 077; printf %s "$2" >"$1/password"' _ "$1" "$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"
  as_postgres "$2/initdb" --pgdata "$1/data" --username parley --pwfile "$1/password" \
    --auth scram-sha-256 --encoding UTF8 --locale C.UTF-8 --no-sync >"$1.log" 2>&1 || { cat "$1.log" >&2; return 1; }
}

# end_postgres folder [mode]: ends it, "fast" without a mode, and keeps what it holds.
end_postgres() {
  local programs
  programs=$(find_postgres) || return 0
  [[ ! -e $1/data/postmaster.pid ]] ||
    as_postgres "$programs/pg_ctl" --pgdata "$1/data" --mode "${2:-fast}" --wait stop >/dev/null 2>&1 || true
}

# stop_postgres folder: ends it at once, and forgets it.
stop_postgres() {
  end_postgres "$1" immediate
  rm -rf "$1" "$1.log"
}

# A port that nobody listens on.
find_port() {
  local port
  while true; do
    port=$((20000 + RANDOM % 12000))
    ! is_free "$port" || break
  done
  printf %s "$port"
}

# is_free port: whether nobody listens on it.
is_free() {
  ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}
