package web_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"testing"
	"time"

	"bode.example/internal/web"
)

// serve starts a server and returns its address, and a function that stops it and gives its error.
func serve(t *testing.T, s *web.Server) (address string, stop func() error) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.Log = slog.New(slog.DiscardHandler)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, l) }()
	stop = func() error {
		cancel()
		return <-done
	}
	t.Cleanup(cancel)
	return l.Addr().String(), stop
}

func TestServer_FinishesWhatIsUnderWay(t *testing.T) {
	started, finish := make(chan struct{}), make(chan struct{})
	address, stop := serve(t, &web.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(started)
		<-finish
		_, _ = fmt.Fprint(w, r.Context().Err())
	})})
	answer := make(chan string, 1)
	go func() {
		r, err := http.Get("http://" + address)
		if err != nil {
			answer <- err.Error()
			return
		}
		defer r.Body.Close()
		body, _ := io.ReadAll(r.Body)
		answer <- string(body)
	}()
	<-started
	stopped := make(chan error, 1)
	go func() { stopped <- stop() }()
	// New connections are refused as soon as the server has heard of it; only then does the request end.
	for {
		c, err := net.Dial("tcp", address)
		if err != nil {
			break
		}
		c.Close()
	}
	close(finish)
	if got := <-answer; got != "<nil>" {
		t.Errorf("the request under way got %q", got)
	}
	if err := <-stopped; err != nil {
		t.Errorf("Serve: %v", err)
	}
}

func TestServer_CutsWhatDoesNotFinish(t *testing.T) {
	started, ended := make(chan struct{}), make(chan struct{})
	address, stop := serve(t, &web.Server{Shutdown: time.Millisecond, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(started)
		<-r.Context().Done()
		close(ended)
	})})
	go func() {
		if r, err := http.Get("http://" + address); err == nil {
			r.Body.Close()
		}
	}()
	<-started
	if err := stop(); err == nil {
		t.Error("Serve says that all requests finished")
	}
	<-ended
}

func TestD7_SlowClientsAreCut(t *testing.T) {
	address, stop := serve(t, &web.Server{ReadHeader: 50 * time.Millisecond, Read: 50 * time.Millisecond, Idle: 50 * time.Millisecond,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if _, err := io.ReadAll(r.Body); err == nil && r.ContentLength > 0 {
				t.Error("a body that never came was read")
			}
		})})
	for _, sent := range []string{
		"",                              // says nothing
		"GET / HTTP/1.1\r\nHost: x\r\n", // never ends its header
		"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\na", // never ends its body
		"GET / HTTP/1.1\r\nHost: x\r\n\r\n",                        // stays without another request
	} {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if _, err := io.WriteString(c, sent); err != nil {
			t.Fatal(err)
		}
		if err := c.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, bufio.NewReader(c)); err != nil {
			t.Errorf("after %q the connection was not closed: %v", sent, err)
		}
	}
	if err := stop(); err != nil {
		t.Errorf("Serve: %v", err)
	}
}

// A stream outlasts the time for one request and for one answer, says what it has to say as it happens,
// and keeps nobody waiting when the server stops.
func TestServer_StreamsEndWhenItStops(t *testing.T) {
	d, _ := testDoor(t, func(c *web.Config) { c.Now = time.Now })
	const pattern = "GET /nieuws"
	d.Limit(pattern, web.Limits{Time: time.Hour})
	tell := make(chan string)
	d.Handle(pattern, func(w http.ResponseWriter, r *http.Request) error {
		stream := d.NewStream(w)
		if err := stream.Beat(); err != nil {
			return err
		}
		for {
			select {
			case <-web.Stopping(r.Context()):
				return nil
			case words := <-tell:
				if err := stream.Send("nieuws", words); err != nil {
					return err
				}
			}
		}
	})
	address, stop := serve(t, &web.Server{Handler: d, Write: time.Millisecond})
	r, err := http.Get("http://" + address + "/nieuws")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if got := r.Header.Get("Content-Type"); got != "text/event-stream" || r.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("sent as %v", r.Header)
	}
	lines := bufio.NewReader(r.Body)
	read := func(want ...string) {
		t.Helper()
		for _, line := range want {
			if got, err := lines.ReadString('\n'); err != nil || got != line+"\n" {
				t.Errorf("%q, %v; want %q", got, err, line)
			}
		}
	}
	read(":", "")
	tell <- "een"
	read("event: nieuws", "data: een", "")
	tell <- "twee\ndrie"
	read("event: nieuws", "data: twee", "data: drie", "")
	if err := stop(); err != nil {
		t.Errorf("the server waited for a stream: %v", err)
	}
	if _, err := lines.ReadString('\n'); err != io.EOF {
		t.Errorf("the stream ended with %v", err)
	}
}
