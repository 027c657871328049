#!/usr/bin/env bash
# What action.yml does, for any machine: installs comity, runs all commands even if one fails, exits with the worst code.
# The inputs come as variables, so that none is ever read as a part of a command: action.yml says what each means.
set -euo pipefail

lines=()
read_lines() { # the lines of $1 that are not empty, into `lines`
    lines=()
    local line
    while IFS= read -r line; do
        if [ -n "$line" ]; then lines+=("$line"); fi
    done <<<"$1"
}

package=${COMITY_PACKAGE:-$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)}
if [ "$package" != none ]; then
    work=$(TMPDIR=${RUNNER_TEMP:-${TMPDIR:-/tmp}} mktemp -d)
    trap 'rm -rf "$work"' EXIT
    "${PYTHON:-python3}" -m venv "$work" # of its own: what the project has installed stays as it is
    "$work/bin/python" -m pip install --quiet --disable-pip-version-check "$package"
    PATH="$work/bin:$PATH"
fi

read_lines "${COMITY_PATHS:-}"
paths=("${lines[@]-.}")
read -ra commands <<<"${COMITY_COMMANDS:-}"
if [ ${#commands[@]} = 0 ]; then
    commands=(check test)
    # With nothing to prove `prove` fails, and a rule set need not state any property.
    if grep -rqs --include='*.yaml' '^properties:' -- "${paths[@]}"; then commands+=(prove); fi
fi
read_lines "${COMITY_CHECK_ARGS:-}"
check_args=(${lines[@]+"${lines[@]}"})

worst=0
for command in "${commands[@]}"; do
    options=(--format github)
    if [ -n "${COMITY_RULES:-}" ]; then options+=(--rules "$COMITY_RULES"); fi
    if [ "$command" = check ]; then options+=(${check_args[@]+"${check_args[@]}"}); fi
    echo "== comity $command"
    code=0
    comity "$command" "${options[@]}" -- "${paths[@]}" || code=$?
    if [ "$code" -gt "$worst" ]; then worst=$code; fi
done
exit "$worst"
