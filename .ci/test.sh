#!/usr/bin/env bash
# All tests, shuffled: first with the race detector, then the packages of .ci/without-race without.
# Runs beside a shared PostgreSQL cluster: go run ./internal/store/pgtest/cmd .ci/test.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source .ci/packages.sh

go build -o build/gotest ./.ci/gotest
status=0
build/gotest -race -shuffle=on -timeout=20m "${with_race[@]}" || status=1
if [ ${#without_race[@]} -gt 0 ]; then
	build/gotest -shuffle=on -timeout=20m "${without_race[@]}" || status=1
fi
exit $status
