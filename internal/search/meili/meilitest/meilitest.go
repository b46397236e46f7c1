// Package meilitest gives tests and measurements a real Meilisearch server:
// the one that the environment names, or one that it starts itself from the
// meilisearch binary on the PATH.
package meilitest

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"
)

// The environment variables that name a server which is already there.
const (
	EnvURL = "KAJKHOJ_MEILI_URL"
	EnvKey = "KAJKHOJ_MEILI_KEY"
)

// ErrAbsent says that there is no server to be had on this machine.
var ErrAbsent = errors.New("no Meilisearch: set " + EnvURL + " and " + EnvKey + ", or put meilisearch on the PATH")

// startWithin is how long a server may take until it answers.
const startWithin = 30 * time.Second

// Server is a running Meilisearch server.
type Server struct {
	// URL is its address, Key its master key (or the key that the environment
	// gave).
	URL, Key string
	// Dir is where it keeps its data and Pid its process. They are empty and
	// 0 where the server was there before.
	Dir string
	Pid int

	cmd  *exec.Cmd
	log  *output
	addr string
	done chan struct{}
}

// Start gives the server of the environment, or else starts one with its
// data under dir, listening on a free loopback port with a random master key
// and without telemetry. It fails with ErrAbsent where neither is possible.
func Start(ctx context.Context, dir string) (*Server, error) {
	if u := os.Getenv(EnvURL); u != "" {
		return &Server{URL: u, Key: os.Getenv(EnvKey)}, nil
	}
	bin, err := exec.LookPath("meilisearch")
	if err != nil {
		return nil, ErrAbsent
	}
	// A port that is free now may be taken a moment later: then the server
	// ends at once, and another port is tried.
	for range 3 {
		var s *Server
		if s, err = start(ctx, bin, dir); err == nil {
			return s, nil
		}
		if ctx.Err() != nil {
			break
		}
	}
	return nil, err
}

func start(ctx context.Context, bin, dir string) (*Server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	addr := l.Addr().String()
	if err := l.Close(); err != nil {
		return nil, err
	}
	s := &Server{URL: "http://" + addr, Key: rand.Text(), Dir: dir, addr: addr}
	if err := s.run(ctx, bin); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *Server) run(ctx context.Context, bin string) error {
	s.log, s.done = &output{}, make(chan struct{})
	s.cmd = exec.Command(bin,
		"--db-path", filepath.Join(s.Dir, "data.ms"),
		"--dump-dir", filepath.Join(s.Dir, "dumps"),
		"--snapshot-dir", filepath.Join(s.Dir, "snapshots"),
		"--http-addr", s.addr, "--no-analytics", "--log-level", "WARN")
	s.cmd.Dir = s.Dir
	// The key goes by the environment, where other users cannot read it.
	s.cmd.Env = append(os.Environ(), "MEILI_MASTER_KEY="+s.Key)
	s.cmd.Stdout, s.cmd.Stderr = s.log, s.log
	if err := s.cmd.Start(); err != nil {
		return err
	}
	s.Pid = s.cmd.Process.Pid
	go func() {
		// How it ended is told by the log where it matters.
		_ = s.cmd.Wait()
		close(s.done)
	}()
	ctx, cancel := context.WithTimeout(ctx, startWithin)
	defer cancel()
	for {
		if healthy(ctx, s.URL) {
			return nil
		}
		select {
		case <-s.done:
			return fmt.Errorf("meilisearch ended at its start: %s", s.log)
		case <-ctx.Done():
			s.Stop()
			return fmt.Errorf("meilisearch did not answer within %s: %s", startWithin, s.log)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func healthy(ctx context.Context, url string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/health", nil)
	if err != nil {
		return false
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	defer res.Body.Close()
	return res.StatusCode == http.StatusOK
}

// Stop ends the server, if it is one that Start started, and waits for its
// end. Its data stays where it is.
func (s *Server) Stop() {
	if s.cmd == nil {
		return
	}
	select {
	case <-s.done:
		return
	default:
	}
	// Either signal can only fail because the process has ended already.
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-s.done:
	case <-time.After(10 * time.Second):
		_ = s.cmd.Process.Kill()
		<-s.done
	}
}

// Restart starts a stopped server again on its old address and data.
func (s *Server) Restart(ctx context.Context) error {
	if s.cmd == nil {
		return errors.New("this server was not started here")
	}
	return s.run(ctx, s.cmd.Path)
}

// New is Start for a test: the server and its data go when the test ends,
// and the test is skipped, saying why, where there is no server.
func New(tb testing.TB) *Server {
	tb.Helper()
	s, err := Start(tb.Context(), tb.TempDir())
	if errors.Is(err, ErrAbsent) {
		tb.Skip(err)
	}
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(s.Stop)
	return s
}

// output keeps what the server writes, for the error message.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}
