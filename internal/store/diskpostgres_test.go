package store_test

import (
	"database/sql"
	"net/url"
	"strings"
	"testing"

	"bode.example/internal/newsletter"
	"bode.example/internal/store/pgcluster"
	"bode.example/internal/store/pgtest"
	"bode.example/internal/store/storetest"
)

// A PostgreSQL server whose disk is full refuses what needs room, and nothing else is lost.
func TestPostgresOnAFullDisk(t *testing.T) {
	disk := storetest.OnDisk(t, 256<<20)
	if disk == nil {
		return
	}
	if disk.Limited() {
		t.Log("no file system for the server: only what it says is tried")
		pretendFullDisk(t)
		return
	}
	t.Setenv("TMPDIR", disk.Dir)
	cluster, err := pgtest.Start()
	check(t, err)
	defer func() { check(t, cluster.Stop()) }()
	s := storetest.Open(t, makeDatabase(t, cluster))
	_, _, err = s.Migrate(t.Context())
	check(t, err)
	w := storetest.NewWorld(t, s)
	added := 0
	add := func() error {
		p := newsletter.Post{ListID: w.List.ID, Language: newsletter.Dutch, Title: "Vol", HTML: strings.Repeat("De raad luistert. ", 300)}
		err := s.AddPost(t.Context(), &p, storetest.By, storetest.Start)
		if err == nil {
			added++
		}
		return err
	}
	wholesome := func() {
		t.Helper()
		var posts int
		if w.Ask(&posts, `SELECT COUNT(*) FROM post`); posts != added {
			t.Errorf("%d posts were added, %d are there", added, posts)
		}
		if broken, err := s.VerifyAudit(t.Context()); broken != 0 || err != nil {
			t.Errorf("the audit log is broken at %d, %v", broken, err)
		}
	}
	disk.Fill(0)
	for err == nil && added < 5000 {
		err = add()
	}
	wantError(t, err, newsletter.Unavailable, "disk_full", "nothing was changed")
	wholesome()
	disk.Free()
	check(t, add())
	wholesome()
}

func makeDatabase(t *testing.T, cluster *pgcluster.Cluster) (address string) {
	t.Helper()
	db, err := sql.Open("postgres", cluster.URL)
	check(t, err)
	defer db.Close()
	_, err = db.ExecContext(t.Context(), `CREATE DATABASE bode`)
	check(t, err)
	u, err := url.Parse(cluster.URL)
	check(t, err)
	u.Path = "/bode"
	return u.String()
}

func TestPostgresSaysThatTheDiskIsFull(t *testing.T) { pretendFullDisk(t) }

// pretendFullDisk has a server say what it says when its disk is full.
func pretendFullDisk(t *testing.T) {
	t.Helper()
	s := storetest.Postgres(t)
	w := storetest.NewWorld(t, s)
	w.Do(`CREATE FUNCTION full_disk() RETURNS TRIGGER LANGUAGE plpgsql AS $$
		BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$`)
	w.Do(`CREATE TRIGGER full_disk BEFORE INSERT ON post FOR EACH ROW EXECUTE FUNCTION full_disk()`)
	p := newsletter.Post{ListID: w.List.ID, Language: newsletter.Dutch, Title: "Vol"}
	wantError(t, s.AddPost(t.Context(), &p, storetest.By, storetest.Start), newsletter.Unavailable, "disk_full", s.Name())
	var seq int64
	if w.Ask(&seq, `SELECT last_seq FROM list`); seq != 3 {
		t.Errorf("a number was drawn for a post that is not there: %d", seq)
	}
}
