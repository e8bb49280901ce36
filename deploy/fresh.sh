#!/usr/bin/env bash
# Proves, in bare Debian roots made for it, that
#   commands   `make run` and `make test` are all it takes with python3, pip, make and ca-certificates;
#   image      the server runs as the Dockerfile lets it: some unknown uid with gid 0, no capabilities, HOME=/,
#              a read-only root, tmpfs on /tmp and /data. (The Dockerfile's steps, without a container engine.)
#
#     deploy/fresh.sh [--worktree] [--user] [commands] [image]      as root, on Debian
#
# What is committed is tested; --worktree takes the files as they lie here. --user runs the commands as an ordinary
# user of the new root. BASE=/some/folder keeps the bare root between runs: making it takes a minute or two.
set -euo pipefail
[ "$(id -u)" = 0 ] || { echo "fresh.sh needs root: it makes a root file system and mounts" >&2; exit 2; }
here=$(cd "$(dirname "$0")/.." && pwd)

# In mount and process namespaces of its own, nothing stays mounted or running, however this ends.
if [ -z "${FRESH_INSIDE:-}" ]; then
  work=$(mktemp -d -t wargi-fresh-XXXXXX)
  trap 'rm -rf "$work"' EXIT
  FRESH_INSIDE=$work unshare --mount --pid --fork --kill-child bash "$here/deploy/fresh.sh" "$@"
  exit
fi
work=$FRESH_INSIDE
unset FRESH_INSIDE
mount --make-rprivate / 2>/dev/null || true
mount -t proc proc /proc

tree=HEAD user=0 parts=()
for word in "$@"; do
  case $word in
    --worktree) tree=worktree ;;
    --user) user=1000 ;;
    commands | image) parts+=("$word") ;;
    *) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0"; exit 2 ;;
  esac
done
[ ${#parts[@]} -gt 0 ] || parts=(commands image)

say() { printf '\n== %s\n' "$*"; }
clock() { date +%s%N; }
since() { awk -v a="$1" -v b="$(clock)" 'BEGIN { printf "%.1f s", (b - a) / 1e9 }'; }

# --- the bare root

base=${BASE:-$work/base}
if [ ! -e "$base/.complete" ]; then
  say "A bare Debian (debootstrap)"
  command -v debootstrap >/dev/null || { apt-get update -qq; apt-get install -y -qq debootstrap >/dev/null; }
  began=$(clock)
  rm -rf "$base"
  mkdir -p "$(dirname "$base")"
  debootstrap --variant=minbase --include=python3,python3-pip,make,ca-certificates bookworm "$base" >"$work/log" 2>&1 ||
    { tail -20 "$work/log"; exit 1; }
  touch "$base/.complete"
  echo "made in $(since "$began")"
fi

# What this machine needs to reach its registries goes along: names, certificates, proxies, the address of an index.
host=()
for name in PIP_CERT PIP_INDEX_URL PIP_DEFAULT_TIMEOUT SSL_CERT_FILE REQUESTS_CA_BUNDLE \
  http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY; do
  [ -z "${!name:-}" ] || host+=("$name=${!name}")
done
index=$(python3 -m pip config get global.index-url 2>/dev/null || true)
[ -z "$index" ] || [ -n "${PIP_INDEX_URL:-}" ] || host+=("PIP_INDEX_URL=$index")

root_of() { # NAME: a copy of the bare root with the tree in /srv/wargi; prints its path
  local root=$work/$1
  cp -a "$base" "$root"
  cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
  cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
  mkdir -p "$root/srv/wargi"
  if [ "$tree" = HEAD ]; then
    git -C "$here" archive HEAD
  else
    git -C "$here" ls-files -z --cached --others --exclude-standard |
      tar -C "$here" -c --null --ignore-failed-read -T - 2>/dev/null
  fi | tar -C "$root/srv/wargi" -x
  # A user with a name, as every person has: PostgreSQL asks for it.
  [ "$user" = 0 ] || chroot "$root" useradd --uid "$user" --home-dir /tmp --no-create-home warga
  chown -R "$user:$user" "$root/srv/wargi"
  mount -t proc proc "$root/proc"
  mount --rbind /dev "$root/dev"
  echo "$root"
}

inside() { # ROOT COMMAND…: in the root, with a plain environment, in the tree
  local root=$1
  shift
  chroot "$root" setpriv --reuid="$user" --regid="$user" --clear-groups \
    env -i HOME=/tmp LANG=C.UTF-8 PATH=/usr/local/bin:/usr/bin:/bin "${host[@]}" \
    sh -c 'cd /srv/wargi && exec "$@"' sh "$@"
}

answers() { # PATH SECONDS PID: waits until the page is there, while the process lives
  python3 - "http://127.0.0.1:$port$1" "$2" "$3" <<'PY'
import os, sys, time, urllib.request
url, seconds, pid = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
end = time.monotonic() + seconds
while time.monotonic() < end:
    try:
        with opener.open(url, timeout=5) as answer:
            body = answer.read()
            sys.exit(0 if answer.status == 200 and body else 1)
    except OSError:
        time.sleep(0.05)
    if not os.path.exists(f"/proc/{pid}"):
        break
sys.exit(1)
PY
}

stop() { # PID of a process group's leader: as Ctrl-C does
  kill -INT -- "-$1" 2>/dev/null || true
  for _ in $(seq 100); do
    kill -0 -- "-$1" 2>/dev/null || break
    sleep 0.1
  done
  kill -KILL -- "-$1" 2>/dev/null && { echo "the server had to be killed"; exit 1; }
  return 0
}

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
set -m # each background job is a process group of its own, so that it can be stopped as a whole

commands() {
  local root job log=$work/run.log
  root=$(root_of commands)
  for nth in first second; do
    say "make run, the $nth time (uid $user)"
    began=$(clock)
    inside "$root" env WARGI_PORT="$port" make run >"$log" 2>&1 </dev/null &
    job=$!
    disown # no word of the shell's when it is stopped
    answers /chat 180 $job || { tail -40 "$log"; echo "make run served no page"; exit 1; }
    echo "first page after $(since "$began")"
    stop $job
    tail -n 12 "$log"
  done
  say "make test (uid $user)"
  began=$(clock)
  # PostgreSQL comes with the test lock, so even here nothing may be skipped.
  inside "$root" env REQUIRE_ALL_TESTS=1 make test </dev/null
  echo "make test passed after $(since "$began")"
  inside "$root" .venv/bin/python -m pip --version >/dev/null 2>&1 && echo "(there is a pip in .venv)"
  chroot "$root" python3 -m pip --python /srv/wargi/.venv/bin/python check
}

image() {
  local root job log=$work/image.log ro=$work/ro
  user=0
  root=$(root_of image)
  say "The Dockerfile's steps"
  began=$(clock)
  # shellcheck disable=SC2016 # the inner shell expands it
  inside "$root" sh -ec '
    python3 -m venv --without-pip /opt/wargi
    pip="python3 -m pip --python /opt/wargi/bin/python -q"
    $pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements/server.txt
    $pip install --no-cache-dir --no-deps --no-build-isolation .
    $pip uninstall -y hatchling editables trove-classifiers
    install -d -m 0770 -o 10001 -g 0 /data
    install -d /app && ln -s /data /app/data && cp -r flows locales /app/
    cd / && rm -rf /srv/wargi
    /opt/wargi/bin/python -c "import bot; assert bot.__file__.startswith(\"/opt/wargi/\"), bot.__file__"'
  echo "installed in $(since "$began"); $(du -sm "$root/opt/wargi" | cut -f1) MB"

  say "The server as uid 1000770000, gid 0, no capabilities, HOME=/, read-only root"
  mkdir "$ro"
  mount --bind "$root" "$ro"
  mount -o remount,bind,ro "$ro"
  mount -t proc proc "$ro/proc"
  mount --rbind /dev "$ro/dev"
  mount -t tmpfs -o mode=1777 tmpfs "$ro/tmp"
  mount -t tmpfs -o mode=0770,uid=10001,gid=0 tmpfs "$ro/data"
  local as=(chroot "$ro" setpriv --reuid=1000770000 --regid=0 --clear-groups --inh-caps=-all --ambient-caps=-all
    --bounding-set=-all --no-new-privs env -i HOME=/ PATH=/opt/wargi/bin:/usr/local/bin:/usr/bin:/bin
    PYTHONUNBUFFERED=1 WARGI_HOST=0.0.0.0 WARGI_PORT="$port")
  # The conditions are shown before they are relied on.
  "${as[@]}" sh -c '
    id
    grep -E "^(CapEff|CapBnd|NoNewPrivs)" /proc/self/status
    ! touch /app/x /opt/wargi/x /etc/x 2>/dev/null || { echo "the root can be written to"; exit 1; }'
  began=$(clock)
  "${as[@]}" sh -c 'cd /app && exec wargi run' >"$log" 2>&1 </dev/null &
  job=$!
  disown
  answers /healthz 60 $job || { tail -40 "$log"; echo "the server did not answer"; exit 1; }
  echo "/healthz answers after $(since "$began")"
  answers /chat 10 $job || { tail -40 "$log"; echo "no page"; exit 1; }
  check=$(sed -n 's/^HEALTHCHECK .*CMD //p' "$here/Dockerfile") # the image's own, word for word
  "${as[@]}" python -c 'import json, subprocess, sys; sys.exit(subprocess.run(json.loads(sys.argv[1])).returncode)' "$check"
  echo "the HEALTHCHECK passes"
  stop $job
  tail -n 12 "$log"
}

for part in "${parts[@]}"; do "$part"; done
say "passed: ${parts[*]}"
