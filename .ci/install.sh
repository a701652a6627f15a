#!/usr/bin/env bash
# Installs what the tests need and this machine lacks, where it may: on Debian and Ubuntu as root or
# with a sudo that asks no password. Elsewhere it says what to install and fails.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

axe_version=4.14.1
axe=build/axe/node_modules/axe-core

has() { command -v "$1" >/dev/null 2>&1; }
has_postgres() { [ -n "${BODE_TEST_POSTGRES:-}" ] || has initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; }
has_browser() { local b; for b in ${BODE_TEST_BROWSER:-chromium-headless-shell chromium chromium-browser google-chrome google-chrome-stable}; do has "$b" && "$b" --version >/dev/null 2>&1 && return; done; return 1; }
has_axe() { [ -n "${BODE_TEST_AXE:-}" ] || grep -qs "\"version\": \"$axe_version\"" "$axe/package.json"; }
# The race detector is C: it needs a compiler that can also link.
has_cgo() { echo 'int main(void) { return 0; }' | "${CC:-gcc}" -x c -o /dev/null - 2>/dev/null; }

# From 1.21 on Go fetches the version that go.mod asks for by itself; older ones can't read it.
has_go() { has go && [ "$(go env GOVERSION | sed -nE 's/^go1\.([0-9]+).*/\1/p')" -ge 21 ] 2>/dev/null; }

if ! has_go; then
	echo "install Go $(sed -n 's/^go //p' go.mod) or newer (https://go.dev/dl)" >&2
	exit 1
fi

missing=() # Debian packages
has_cgo || missing+=(gcc libc6-dev)
has_postgres || missing+=(postgresql)
has_browser || missing+=(chromium)
has_axe || has npm || missing+=(npm)

if [ ${#missing[@]} -gt 0 ]; then
	as_root=()
	if [ "$(id -u)" -ne 0 ]; then as_root=(sudo -n); fi
	if ! has apt-get || ! "${as_root[@]}" true 2>/dev/null; then
		echo "the tests need: ${missing[*]} (names of Debian's packages)" >&2
		echo "install them, e.g. with: sudo apt-get install ${missing[*]}" >&2
		exit 1
	fi
	echo "installing ${missing[*]}"
	"${as_root[@]}" apt-get -qq update
	"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "${missing[@]}" >/dev/null
fi

if ! has_axe; then
	echo "installing axe-core $axe_version into ${axe%/node_modules*}"
	mkdir -p build/axe
	if ! npm install --prefix build/axe --no-save --no-audit --no-fund --ignore-scripts --loglevel=error \
		--fetch-retries=1 --fetch-retry-mintimeout=1000 --fetch-retry-maxtimeout=2000 --fetch-timeout=20000 "axe-core@$axe_version" >/dev/null; then
		echo "axe-core $axe_version could not be fetched: give npm a registry that it can reach (npm config set registry URL), or set BODE_TEST_AXE to an axe.min.js of that version" >&2
		exit 1
	fi
fi

# A Chromium without windows takes a third less time to look at pages. Where it can't be had, one with windows will do.
if ! has chromium-headless-shell && [ -z "${BODE_TEST_BROWSER:-}" ] && [ "$(id -u)" -eq 0 ] && has apt-get; then
	DEBIAN_FRONTEND=noninteractive timeout 60 apt-get -qq install -y --no-install-recommends --no-remove --no-upgrade chromium-headless-shell >/dev/null 2>&1 || true
fi

# What was installed must also work: Ubuntu's chromium is a snap, which not every machine can run.
has_cgo || { echo "gcc can't build a program: the race detector needs it" >&2; exit 1; }
has_postgres || { echo "PostgreSQL's initdb is still not to be found" >&2; exit 1; }
has_browser || { echo "no browser that runs: install Chromium or Google Chrome (the snap needs snapd)" >&2; exit 1; }
has_axe || { echo "axe-core $axe_version is not in $axe" >&2; exit 1; }
