#!/usr/bin/env bash
# Publishes the host as a single file and has it check the shipped configuration with the shipped plugins.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
dotnet publish host -c Release -r linux-x64 -p:PublishSingleFile=true --artifacts-path "$out/build" -o "$out/host" -v quiet
[ ! -e "$out/host/PluginHost.dll" ] || { echo "single-file: the program lies beside its file" >&2; exit 1; }
"$out/host/PluginHost" check --config "$out/host/plugins.json"
