#!/usr/bin/env bash
# Writes the public API of core, of the contract, of its extensions, of the test kit and of the engine into PublicAPI.Unshipped.txt beside each project, for a reviewer to read.
# What is public and not in the list fails the build (RS0016), as does what is in the list and gone (RS0017).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

for project in core/PluginHost.Core.csproj plugins/Abstractions/PluginHost.Abstractions.csproj plugins/Extensions/PluginHost.Extensions.csproj plugins/Testing/PluginHost.Testing.csproj host/Server/PluginHost.Server.csproj; do
    folder=$(dirname "$project")
    list=$folder/PublicAPI.Unshipped.txt
    before=$(mktemp)
    cp "$list" "$before"
    echo "#nullable enable" >"$list"
    # Each finding names its line between quotes. Findings are warnings here, so that one run finds all.
    dotnet build "$project" --no-incremental -v quiet -p:TreatWarningsAsErrors=false -p:WarningsAsErrors= -p:WarningsNotAsErrors=RS0016 -nologo 2>&1 |
        sed -n "s/.*warning RS0016: Symbol '\(.*\)' is not part of the declared public API.*/\1/p" | LC_ALL=C sort -u >>"$list"
    diff "$before" "$list" >/dev/null || echo "$list has changed"
    rm "$before"
done
