# Sourced: sets with_race and without_race to the packages that have tests. A line of
# .ci/without-race is a package and the reason why it runs without the race detector.

all=$(go list -f '{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}}{{end}}' ./... ./.ci/floors ./.ci/gotest)
with_race=() without_race=()
while read -r package reason; do
	case $package in '' | \#*) continue ;; esac
	path=$(go list "./$package" 2>/dev/null) && grep -qxF "$path" <<<"$all" ||
		{ echo ".ci/without-race: $package is no package with tests" >&2; exit 1; }
	[ -n "$reason" ] || { echo ".ci/without-race: $package has no reason" >&2; exit 1; }
	without_race+=("$path")
done <.ci/without-race
for path in $all; do
	case " ${without_race[*]} " in *" $path "*) ;; *) with_race+=("$path") ;; esac
done
