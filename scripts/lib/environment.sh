# Sourced by the scripts: makes .venv and installs the project in it, once per change of pyproject.toml.
# Needs nothing but bash and Python 3.11 or later. Says what it does while it does it.

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
cd "$root"
venv="$root/.venv"
log="$root/.venv/install.log"

say() { printf '%s\n' "$*" >&2; }

# The first Python that is new enough. A shim that exists but can't run counts as absent.
find_python() {
  local candidate
  for candidate in python3.13 python3.12 python3.11 python3 python; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
      printf '%s' "$candidate"
      return 0
    fi
  done
  return 1
}

# Run a command with its output in the log, and show that it is alive: a counter on a terminal, else a line
# at the start and every ten seconds.
with_progress() {
  local what="$1" pid seconds=0
  shift
  "$@" >>"$log" 2>&1 &
  pid=$!
  [ -t 2 ] || say "$what ..."
  while kill -0 "$pid" 2>/dev/null; do
    if [ -t 2 ]; then
      printf '\r%s ... %ss ' "$what" "$seconds" >&2
    elif [ "$seconds" -gt 0 ] && [ $((seconds % 10)) -eq 0 ]; then
      say "$what ... ${seconds}s"
    fi
    sleep 1
    seconds=$((seconds + 1))
  done
  [ ! -t 2 ] || printf '\n' >&2
  if ! wait "$pid"; then
    say "$what failed. The end of $log:"
    tail -n 20 "$log" >&2
    exit 1
  fi
}

make_venv() {
  local python
  if ! python="$(find_python)"; then
    say "Python 3.11 or later is needed, and none of python3.13, python3.12, python3.11, python3 is that."
    exit 1
  fi
  if ! "$python" -c 'import venv, ensurepip' >/dev/null 2>&1; then
    say "$python lacks the venv module: install it (on Debian and Ubuntu: apt install python3-venv) and try again."
    exit 1
  fi
  say "Making .venv with $("$python" --version)."
  rm -rf "$venv"
  mkdir -p "$venv"
  with_progress "Creating the virtual environment" "$python" -m venv "$venv"
}

# ensure_environment run|dev: what the demo needs, or that and the tools of the tests.
ensure_environment() {
  local level="$1" wanted stamp="$venv/installed"
  wanted="$(cksum <pyproject.toml)"
  if [ -x "$venv/bin/python" ] && "$venv/bin/python" -c '' 2>/dev/null; then
    if [ "$(cat "$stamp-dev" 2>/dev/null)" = "$wanted" ]; then return 0; fi
    if [ "$level" = run ] && [ "$(cat "$stamp-run" 2>/dev/null)" = "$wanted" ]; then return 0; fi
  else
    make_venv
  fi
  local pip=("$venv/bin/python" -m pip --disable-pip-version-check)
  if [ "$level" = dev ]; then
    # Dependency groups (PEP 735) need pip 25.1.
    with_progress "Updating pip" "${pip[@]}" install --quiet --upgrade 'pip>=25.1'
    with_progress "Installing idp-sim and the tools of its tests" "${pip[@]}" install --quiet --editable . --group dev
  else
    with_progress "Installing idp-sim" "${pip[@]}" install --quiet --editable .
  fi
  printf '%s' "$wanted" >"$stamp-$level"
}
