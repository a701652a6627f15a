package webtest

import (
	"os"
	"path/filepath"
	"testing"
)

// Pictures returns the folder that pictures of pages are kept in: $BODE_SCREENS, or build/screens of the
// module.
func Pictures(t testing.TB) string {
	t.Helper()
	if dir := os.Getenv("BODE_SCREENS"); dir != "" {
		return dir
	}
	return filepath.Join(root(t), "build", "screens")
}
