#!/usr/bin/env bash
# Coverage per package: the share of its statements that the tests of all packages run together.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
mkdir -p build
profile=build/coverage.out

go run ./.ci/gotest -coverprofile="$profile" -coverpkg=./... -timeout=15m ./...

# A block stands in the profile once per test binary; it is covered when one of them ran it.
awk 'NR > 1 { statements[$1] = $2; if ($3 > 0) ran[$1] = 1 }
END {
	for (block in statements) {
		package = block; sub(/\/[^\/]*$/, "", package); sub(/^[^\/]*\//, "", package)
		all[package] += statements[block]; total += statements[block]
		if (block in ran) { covered[package] += statements[block]; run += statements[block] }
	}
	for (package in all) printf "%-32s %6.1f %%  of %5d statements\n", package, 100 * covered[package] / all[package], all[package] | "sort"
	close("sort")
	printf "%-32s %6.1f %%  of %5d statements\n", "all", 100 * run / total, total
}' "$profile"
