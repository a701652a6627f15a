#!/usr/bin/env bash
# The long runs: 2,000 checks for each property test of pgregory.net/rapid (for digest: 2,000 random
# histories on each engine), a hundred kills of the running program for each engine, number of processes and
# setting, and half a minute for each fuzz function.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
fuzz_time=${FUZZ_TIME:-30s}

go build -o build/gotest ./.ci/gotest
status=0
imports='{{.ImportPath}} {{join .TestImports " "}} {{join .XTestImports " "}}'
mapfile -t properties < <(go list -f "$imports" ./... | sed -n 's/ .*pgregory\.net\/rapid.*//p')
mapfile -t others < <(go list -f "$imports" ./... | sed '/pgregory\.net\/rapid/d; s/ .*//; /cmd\/bode\/frontdoor$/d')
build/gotest -shuffle=on -timeout=60m "${others[@]}" || status=1
build/gotest -shuffle=on -timeout=60m "${properties[@]}" -rapid.checks=2000 || status=1
build/gotest -shuffle=on -timeout=120m ./cmd/bode/frontdoor -kills="${KILLS:-100}" || status=1

for package in $(go list -f '{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}}{{end}}' ./...); do
	for function in $(go test -list '^Fuzz' "$package" | grep '^Fuzz' || true); do
		echo "$package $function, $fuzz_time"
		go test -run='^$' -fuzz="^$function\$" -fuzztime="$fuzz_time" "$package" || status=1
	done
done
exit $status
