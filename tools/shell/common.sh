# shellcheck shell=bash
# What bin/run, bin/dev and bin/test share. Sourced by them with `root`, the folder of the clone, set.
: "${root:?}"

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
# Build nodes that outlive the build would keep the caller's terminal or pipe open.
export MSBUILDDISABLENODEREUSE=1

stop() {
  printf '%s\n' "$*" >&2
  exit 1
}

need_dotnet() {
  command -v dotnet >/dev/null ||
    stop 'The .NET 10 SDK is missing. Install it (https://dotnet.microsoft.com/download/dotnet/10.0), then run this again.'
  dotnet --list-sdks | grep -q '^10\.' ||
    stop 'The .NET SDK here is not version 10. Install the .NET 10 SDK (https://dotnet.microsoft.com/download/dotnet/10.0), then run this again.'
}

need_node() {
  command -v node >/dev/null ||
    stop 'Node.js is missing. Install version 20.19 or newer (https://nodejs.org), then run this again.'
  node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' ||
    stop "Node.js $(node --version) is too old. Install version 20.19 or newer (https://nodejs.org), then run this again."
  command -v npm >/dev/null ||
    stop 'npm is missing. It comes with Node.js (https://nodejs.org); on Debian: apt-get install npm. Then run this again.'
}

# step "What is being done" command…: one line while it goes well, the whole output when it does not.
step() {
  local what=$1 log started=$SECONDS
  shift
  log=$(mktemp)
  printf '%s … ' "$what" >&2
  if "$@" >"$log" 2>&1; then
    printf '%s s\n' "$((SECONDS - started))" >&2
    rm -f "$log"
  else
    printf 'failed\n' >&2
    cat "$log" >&2
    rm -f "$log"
    stop "$what failed; the output is above."
  fi
}

# is_older stamp path…: whether anything below the paths was written, added or removed after the stamp.
is_older() {
  local stamp=$1
  shift
  [[ ! -e $stamp ]] ||
    [[ -n $(find "$@" \( -name node_modules -o -name bin -o -name obj -o -name e2e -o -name test-results \) -prune -o \
      -newer "$stamp" -print -quit) ]]
}

install_web() {
  cmp -s "$root/web/package-lock.json" "$root/web/node_modules/.installed-lock.json" && return
  need_node
  step 'Installing the web packages' npm --prefix "$root/web" ci --no-audit --no-fund
  cp "$root/web/package-lock.json" "$root/web/node_modules/.installed-lock.json"
}

# The app is built into the server's wwwroot, which the server's publish then takes along.
build_web() {
  local output=$root/src/Parley.Server/wwwroot/index.html stamp=$root/build/web.stamp
  install_web
  if [[ -e $output ]] && ! is_older "$stamp" "$root"/web/{package-lock.json,tsconfig.base.json} "$root"/web/{app,client}/*; then
    return
  fi
  need_node
  mkdir -p "$root/build"
  # The time before the build: what is edited while it runs is newer.
  touch "$stamp.new"
  step 'Building the web app' npm --prefix "$root/web" run build
  mv "$stamp.new" "$stamp"
}

# dotnet looks for global.json, which names the SDK, from where it stands.
publish() (
  # Compiled ahead for this machine: half the time to start (docs/decisions).
  cd "$root" && dotnet publish "$1" --configuration Release --use-current-runtime --self-contained false \
    -p:PublishReadyToRun=true --output "$2"
)

build_server() {
  local output=$root/build/parley stamp=$root/build/server.stamp
  if [[ -e $output/parley.dll ]] && ! is_older "$stamp" "$root"/{global.json,Directory.Build.props,Directory.Packages.props} "$root"/src/*/*; then
    return
  fi
  mkdir -p "$root/build"
  touch "$stamp.new"
  rm -rf "$output.new"
  step 'Building the server' publish src/Parley.Server "$output.new"
  # Swapped whole, so that a build that failed leaves the last good one.
  rm -rf "$output"
  mv "$output.new" "$output"
  mv "$stamp.new" "$stamp"
}

build_bench() {
  local output=$root/build/bench stamp=$root/build/bench.stamp
  if [[ -e $output/Parley.Bench.dll ]] && ! is_older "$stamp" "$root"/{global.json,Directory.Build.props,Directory.Packages.props} "$root"/src/Parley.Protocol/* "$root"/tools/Parley.Client/* "$root"/bench/Parley.Bench/*; then
    return
  fi
  mkdir -p "$root/build"
  touch "$stamp.new"
  step 'Building the bench' publish bench/Parley.Bench "$output"
  mv "$stamp.new" "$stamp"
}

build_torture() {
  local output=$root/build/torture stamp=$root/build/torture.stamp
  if [[ -e $output/Parley.Torture.dll ]] && ! is_older "$stamp" "$root"/{global.json,Directory.Build.props,Directory.Packages.props} "$root"/src/Parley.Protocol/* "$root"/tools/Parley.Client/* "$root"/tests/Parley.Torture/*; then
    return
  fi
  mkdir -p "$root/build"
  touch "$stamp.new"
  step 'Building the fault harness' publish tests/Parley.Torture "$output"
  mv "$stamp.new" "$stamp"
}

# apt-get as root, or by sudo; says so where there is neither.
apt_get() {
  local apt=(env DEBIAN_FRONTEND=noninteractive apt-get)
  [[ $EUID -eq 0 ]] || apt=(sudo "${apt[@]}")
  if ! command -v apt-get >/dev/null || ! command -v "${apt[0]}" >/dev/null; then
    printf '%s\n' "Packages cannot be installed from here (apt-get ${*: -1}): install what corresponds to it, then run this again." >&2
    return 1
  fi
  "${apt[@]}" "$@"
}

# The clock jumps where it is there; elsewhere the harness says that it did not.
install_faketime() {
  compgen -G '/usr/lib/*/faketime/libfaketimeMT.so.1' >/dev/null && return
  { apt_get update && apt_get install --yes --no-install-recommends libfaketime; } >/dev/null 2>&1 ||
    printf '%s\n' 'libfaketime (Debian package libfaketime) cannot be installed from here: the clock will not jump.' >&2
}

# Cables between nodes can be pulled where it is there; elsewhere the harness says that they were not.
install_ip() {
  PATH=$PATH:/usr/sbin:/sbin command -v ip >/dev/null && return
  { apt_get update && apt_get install --yes --no-install-recommends iproute2; } >/dev/null 2>&1 ||
    printf '%s\n' 'ip (Debian package iproute2) cannot be installed from here: the network between nodes will stay whole.' >&2
}
