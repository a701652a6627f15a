# What one does here; how is in .ci/. `make` alone lists it.

.PHONY: help build test cover full vuln lint

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' Makefile | sed 's/:.*## /\t/' | expand -t 8

build: ## build bode into bin/
	CGO_ENABLED=0 go build -trimpath -o bin/ ./cmd/bode

test: ## install what is missing, then every check and every test, on both engines
	.ci/install.sh
	.ci/check.sh
	go run ./internal/store/pgtest/cmd .ci/test.sh

cover: ## coverage per package, by the tests of all packages
	.ci/install.sh
	go run ./internal/store/pgtest/cmd .ci/cover.sh

full: ## the long runs: thousands of random histories, half a minute of each fuzz function
	.ci/install.sh
	go run ./internal/store/pgtest/cmd .ci/full.sh

vuln: ## known vulnerabilities in what we build on (asks an online database)
	go tool -modfile=tools/go.mod govulncheck ./...

lint: ## golangci-lint with .golangci.yml (builds the linter first: minutes)
	go run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0 run ./...
