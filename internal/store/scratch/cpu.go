package scratch

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of times in /proc: USER_HZ, which is 100 on every Linux.
const tick = 10 * time.Millisecond

// ServerCPU is the processor time that a PostgreSQL server has taken, with all its processes, those that
// have ended too. known is false when the server is not on this machine, or can't be looked at.
func ServerCPU(ctx context.Context, name string) (took time.Duration, known bool) {
	db, err := sql.Open("postgres", name)
	if err != nil {
		return 0, false
	}
	defer db.Close() // nothing is under way
	var pid int
	if err := db.QueryRowContext(ctx, `SELECT pg_backend_pid()`).Scan(&pid); err != nil {
		return 0, false
	}
	backend, err := readStat(pid)
	if err != nil || backend.name != "postgres" {
		return 0, false
	}
	return family(backend.parent)
}

// family adds up a process, its children, and those of them that have ended.
func family(pid int) (time.Duration, bool) {
	head, err := readStat(pid)
	if err != nil || head.name != "postgres" {
		return 0, false
	}
	took := head.own + head.ended
	entries, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return 0, false
	}
	for _, entry := range entries {
		child, err := strconv.Atoi(filepath.Base(entry))
		if err != nil {
			continue
		}
		if s, err := readStat(child); err == nil && s.parent == pid { // it may have ended just now
			took += s.own
		}
	}
	return took, true
}

// stat is a part of proc(5), /proc/PID/stat.
type stat struct {
	name       string
	parent     int
	own, ended time.Duration // of the process; of its children that it has waited for
}

func readStat(pid int) (s stat, err error) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return s, err
	}
	// The name is in brackets, and may hold some itself.
	from, to := strings.IndexByte(string(data), '('), strings.LastIndexByte(string(data), ')')
	if from < 0 || to < from {
		return s, fmt.Errorf("/proc/%d/stat can't be read", pid)
	}
	s.name = string(data[from+1 : to])
	fields := strings.Fields(string(data[to+1:]))
	if len(fields) < 15 {
		return s, fmt.Errorf("/proc/%d/stat has %d fields", pid, len(fields))
	}
	n := make([]int64, len(fields))
	for i, f := range fields[1:15] {
		if n[i+1], err = strconv.ParseInt(f, 10, 64); err != nil {
			return s, err
		}
	}
	s.parent = int(n[1])
	s.own, s.ended = time.Duration(n[11]+n[12])*tick, time.Duration(n[13]+n[14])*tick
	return s, nil
}
