#!/usr/bin/env bash
# All tests, shuffled: with the race detector, and beside them the packages of .ci/without-race without. Those
# wait for much, for browsers, mail servers and a program at its own pace; the others fill that time.
# Runs beside a shared PostgreSQL cluster: go run ./internal/store/pgtest/cmd .ci/test.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source .ci/packages.sh

go build -o build/gotest ./.ci/gotest
run() { build/gotest -vet=off -shuffle=on -timeout=20m "$@"; } # check.sh has vetted them
waiting=0 status=0
if [ ${#without_race[@]} -gt 0 ]; then
	run "${without_race[@]}" &
	waiting=$!
fi
run -race "${with_race[@]}" || status=1
[ "$waiting" = 0 ] || wait "$waiting" || status=1
exit $status
