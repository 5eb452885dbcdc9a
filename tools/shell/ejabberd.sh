# shellcheck shell=bash
# An ejabberd on a PostgreSQL, to set beside Parley: every message is archived, as it is in Parley. Sourced after postgres.sh.

# The folder under which its programs lie; fails where there are none.
find_ejabberd() {
  local programs
  command -v erl >/dev/null || return 1
  programs=$(compgen -G '/usr/lib/*/ejabberd-*' | sort -V | tail -n 1) && dirname "$programs"
}

install_ejabberd() {
  find_ejabberd >/dev/null && return
  { apt_get update && apt_get install --yes --no-install-recommends ejabberd erlang-p1-pgsql; } >/dev/null 2>&1
  find_ejabberd >/dev/null
}

# start_ejabberd folder: starts it on the PostgreSQL that start_postgres started last, with a thousand people, bench1 and so on, whose
# password is bench. Says in EJABBERD_URL where it is, and in EJABBERD_PID which process.
start_ejabberd() {
  local folder=$1 libraries port password
  libraries=$(find_ejabberd) || return 1
  port=$(find_port)
  password=${POSTGRES_URL#*Password=} password=${password%%;*}
  mkdir -p "$folder"
  {
    cat /usr/share/ejabberd/sql/pg.sql
    echo "INSERT INTO users (username, password) SELECT 'bench' || i, 'bench' FROM generate_series(1, 1000) i;"
  } | PGPASSWORD=$password "$(find_postgres)/psql" --quiet --set ON_ERROR_STOP=1 --host 127.0.0.1 --port "$POSTGRES_PORT" --username parley postgres \
    >"$folder/schema.log" 2>&1 || { cat "$folder/schema.log" >&2; return 1; }
  # No limits, and nothing beside what people need who talk. Ten connections to PostgreSQL, as it has by itself; with 20 and 40 it is no faster.
  cat >"$folder/ejabberd.yml" <<END
hosts: [localhost]
loglevel: warning
auth_method: sql
auth_password_format: plain
default_db: sql
sql_type: pgsql
sql_server: 127.0.0.1
sql_port: $POSTGRES_PORT
sql_database: postgres
sql_username: parley
sql_password: "$password"
listen:
  - {ip: 127.0.0.1, port: $port, module: ejabberd_c2s, access: all, shaper: none, starttls_required: false}
modules:
  mod_mam: {default: always}
  mod_offline: {}
  mod_roster: {}
END
  # Without a name among Erlang's nodes, which would need a service of its own.
  ERL_LIBS=$libraries ERL_MAX_PORTS=32000 EJABBERD_CONFIG_PATH=$folder/ejabberd.yml EJABBERD_LOG_PATH=$folder/ejabberd.log \
    erl +K true +P 250000 -noinput -mnesia dir "\"$folder/mnesia\"" -s ejabberd >"$folder/erl.log" 2>&1 </dev/null &
  EJABBERD_PID=$!
  for _ in {1..300}; do
    ! is_free "$port" && export EJABBERD_URL=xmpp://localhost:$port && return
    kill -0 "$EJABBERD_PID" 2>/dev/null || break
    sleep 0.1
  done
  cat "$folder"/*.log >&2
  return 1
}

# stop_ejabberd: ends the one that was started, if there is one.
stop_ejabberd() {
  [[ -z ${EJABBERD_PID:-} ]] || { kill -9 "$EJABBERD_PID" && wait "$EJABBERD_PID"; } 2>/dev/null || true
}
