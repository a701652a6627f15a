package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
)

type versionCommand struct {
	JSON bool `help:"Print JSON."`
}

func (versionCommand) Help() string {
	return `Example:

    bode version --json`
}

func (cmd versionCommand) Run(p *program) error {
	v := thisVersion()
	if cmd.JSON {
		return p.printJSON(v)
	}
	_, err := fmt.Fprintf(p.out, "bode %s (%s, %s)\n", v.Version, v.Revision, v.Go)
	return err
}

// version says which program this is, as the Go tool wrote it into the binary.
type version struct {
	Version  string `json:"version"`
	Revision string `json:"revision"`
	Go       string `json:"go"`
}

func thisVersion() version {
	v := version{Version: "devel", Revision: "unknown revision", Go: runtime.Version()}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	if named := strings.Trim(info.Main.Version, "()"); named != "" { // "(devel)" would be no token in a User-Agent
		v.Version = named
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			v.Revision = s.Value
		}
	}
	return v
}
