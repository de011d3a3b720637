#!/usr/bin/env bash
# Installs the foreign programs that the tests use: Debian's chromium, python3-websockets and python3-wsproto (for /usr/bin/python3), npm's ws in
# tests/Clients/node at the version of its package-lock.json, and systemd, which is not made the system's own.
# Safe to run again; returns at once when everything is there. Needs apt-get (as root, or with sudo), node and npm.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

packages=(chromium python3 python3-websockets python3-wsproto systemd)

installed() {
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

missing=()
for package in "${packages[@]}"; do
    installed "$package" || missing+=("$package")
done

if [ "${#missing[@]}" -gt 0 ]; then
    sudo=()
    [ "$(id -u)" -eq 0 ] || sudo=(sudo)
    echo "install-clients: ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    "${sudo[@]}" apt-get update -qq
    "${sudo[@]}" apt-get install -y -qq --no-install-recommends -o Dpkg::Use-Pty=0 "${missing[@]}" </dev/null >/dev/null
fi

# npm leaves a copy of the lock file of what it has installed; only its record of the root differs.
wanted() {
    node -p '
        const { packages } = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"));
        Object.entries(packages).filter(([at]) => at).map(([at, p]) => at + "@" + p.version).sort().join(" ")' "$1"
}

(
    cd Clients/node
    if [ ! -f node_modules/.package-lock.json ] ||
        [ "$(wanted package-lock.json)" != "$(wanted node_modules/.package-lock.json)" ]; then
        echo "install-clients: $(wanted package-lock.json)"
        npm ci --ignore-scripts --no-audit --no-fund --loglevel=error </dev/null
    fi
)
