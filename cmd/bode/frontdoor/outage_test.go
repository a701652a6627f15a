package frontdoor_test

import (
	"database/sql"
	"net/url"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"bode.example/internal/store/pgcluster"
	"bode.example/internal/store/storetest"
)

// deliveriesWait is what a service logs when it notices that the database is away. away are the reasons that
// all who need it may log.
const deliveriesWait = "the database fails; deliveries wait"

var away = []string{"does not answer", "there is no room left"}

// Promise 3: the database crashes and recovers while two processes send.
func TestC10_DatabaseCrashes(t *testing.T) {
	t.Parallel()
	cluster, err := pgcluster.Start(pgcluster.Ordinary())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cluster.Stop(); err != nil {
			t.Error(err)
		}
	})
	x := newSendingOn(t, func(t testing.TB, p *program) *engine { return postgresAt(t, p, databaseOn(t, cluster)) }, 400, 64)
	x.expects = away
	f := x.fleet(2)
	x.next()
	const crashes = 3
	for range crashes {
		f.await(1+f.random.IntN(150), f.random.IntN(2) == 0)()
		x.crash(cluster)
	}
	x.settleAfter(f, crashes)
}

// crash stops the database in the middle, waits until the program has noticed, and starts it again.
func (x *sending) crash(cluster *pgcluster.Cluster) {
	x.t.Helper()
	noticed := len(x.program.log.find(deliveriesWait))
	if err := cluster.Crash(); err != nil {
		x.t.Fatal(err)
	}
	eventually(x.t, "the program to notice", func() bool { return len(x.program.log.find(deliveriesWait)) > noticed })
	if err := cluster.Resume(); err != nil {
		x.t.Fatal(err)
	}
}

// settleAfter waits for the end and counts: at most a window is in doubt for each process and outage.
func (x *sending) settleAfter(f *fleet, outages int) {
	x.t.Helper()
	x.settle()
	c := x.count()
	if bound := x.window * len(f.processes) * outages; c.missing > 0 || c.repeated > bound || c.doubts > bound {
		x.t.Errorf("%+v", c)
	}
	x.t.Logf("%s, %d outages: %+v", x.t.Name(), outages, c)
}

// databaseOn makes an empty database on a cluster.
func databaseOn(t testing.TB, cluster *pgcluster.Cluster) string {
	t.Helper()
	db, err := sql.Open("postgres", cluster.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), `CREATE DATABASE bode`); err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(cluster.URL)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/bode"
	return u.String()
}

// Promise 3: all connections to the database are cut, again and again.
func TestC10_DatabaseCutsConnections(t *testing.T) {
	t.Parallel()
	x := newSending(t, "postgres", 400, 64)
	x.expects = away
	f := x.fleet(2)
	x.next()
	const cuts = 10
	for range cuts {
		f.await(1+f.random.IntN(80), f.random.IntN(2) == 0)()
		x.engine.do(t, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'bode'`)
	}
	x.settleAfter(f, cuts)
}

// Promise 3: the disk of an SQLite file is full in the middle of a send. Nothing goes out that can't be
// recorded, and it goes on by itself when there is room.
func TestC10_DiskFull(t *testing.T) {
	disk := storetest.OnDisk(t, 8<<20)
	if disk == nil {
		return
	}
	x := newSendingOn(t, func(t testing.TB, _ *program) *engine { return sqliteAt(t, filepath.Join(disk.Dir, "bode.sqlite")) }, 200, 16)
	x.expects = away
	f := x.fleet(1)
	x.next()
	const times = 3
	for range times {
		f.await(1+f.random.IntN(100), f.random.IntN(2) == 0)()
		noticed := len(x.program.log.find(deliveriesWait))
		before := len(x.relay.Messages())
		x.fill(f, disk)
		eventually(t, "the program to notice", func() bool {
			return len(x.program.log.find(deliveriesWait)) > noticed || !x.underWay()
		})
		// What had passed the gate may go out, and no more.
		if n := len(x.relay.Messages()); n > before+2*x.window {
			t.Errorf("%d letters went out while nothing could be recorded", n-before)
		}
		x.free(f, disk)
	}
	x.settleAfter(f, times)
}

// fill uses the disk up. A limit of the size of files that stands in for a disk is the program's own.
func (x *sending) fill(f *fleet, disk *storetest.Disk) {
	x.t.Helper()
	if !disk.Limited() {
		disk.Fill(0)
		return
	}
	x.limit(f, 0)
}

func (x *sending) free(f *fleet, disk *storetest.Disk) {
	x.t.Helper()
	if !disk.Limited() {
		disk.Free()
		return
	}
	x.limit(f, unix.RLIM_INFINITY)
}

func (x *sending) limit(f *fleet, size uint64) {
	x.t.Helper()
	var now unix.Rlimit
	pid := f.processes[0].cmd.Process.Pid
	if err := unix.Prlimit(pid, unix.RLIMIT_FSIZE, nil, &now); err != nil {
		x.t.Fatal(err)
	}
	now.Cur = min(size, now.Max)
	if err := unix.Prlimit(pid, unix.RLIMIT_FSIZE, &now, nil); err != nil {
		x.t.Fatal(err)
	}
}
