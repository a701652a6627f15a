#!/usr/bin/env bash
# The checks that read the source: format, vet, staticcheck, floors.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

own=(./.ci/floors ./.ci/gotest) # the pattern ./... passes by directories with a dot

unformatted=$(gofmt -l .)
if [ -n "$unformatted" ]; then
	printf 'not as gofmt writes it (gofmt -w repairs):\n%s\n' "$unformatted" >&2
	exit 1
fi
go vet ./... "${own[@]}"
go tool -modfile=tools/go.mod staticcheck ./... "${own[@]}"
go run ./.ci/floors
echo "gofmt, vet, staticcheck, floors: no faults"
