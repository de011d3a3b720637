#!/usr/bin/env bash
# Branch and line coverage of PluginHost.Core by tests/Core.Tests, tests/Core.Properties and tests/Core.FSharp together.
#   tests/coverage.sh [THRESHOLD [OPTION...]]   exit 1 when fewer than THRESHOLD (default 98) percent of the branches were taken
# The options go to dotnet test: --no-build where everything is built.
# Lists the files below 98 percent with the lines that miss a branch. Needs the .NET SDK and node.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

threshold=${1:-98}
shift || true
reports=$(mktemp -d)
trap 'rm -rf "$reports"' EXIT

for project in Core.Tests Core.Properties Core.FSharp; do
    dotnet test "tests/$project" -v quiet -nologo --settings tests/coverage.runsettings --results-directory "$reports/$project" \
        --collect "XPlat Code Coverage" "$@"
done

mapfile -t files < <(find "$reports" -name coverage.json)
if [ "${#files[@]}" -ne 3 ]; then
    echo "coverage.sh: three reports were expected, ${#files[@]} found" >&2
    exit 1
fi
node tests/coverage.js "$threshold" "${files[@]}"
