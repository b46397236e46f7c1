package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// program is the command as a process of its own.
type program struct {
	cmd  *exec.Cmd
	url  string // the page's address
	mu   sync.Mutex
	out  strings.Builder
	gone chan struct{}
}

var address = regexp.MustCompile(`http://[0-9.:]+/`)

// start runs the command and waits until it has said where the page is.
func start(t *testing.T, args ...string) *program {
	t.Helper()
	p := &program{cmd: &exec.Cmd{Path: os.Args[0], Args: append([]string{"kajkhoj"}, args...), Env: append(os.Environ(), "TMPDIR="+t.TempDir())}, gone: make(chan struct{})}
	pipe, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.cmd.Stderr = p.cmd.Stdout
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.kill)
	found := make(chan string, 1)
	go func() {
		defer close(p.gone)
		sc := bufio.NewScanner(pipe)
		for sc.Scan() {
			p.mu.Lock()
			fmt.Fprintln(&p.out, sc.Text())
			p.mu.Unlock()
			if a := address.FindString(sc.Text()); a != "" {
				select {
				case found <- a:
				default:
				}
			}
		}
		p.cmd.Wait()
	}()
	select {
	case p.url = <-found:
	case <-p.gone:
		t.Fatalf("it ended: %s", p.output())
	case <-time.After(20 * time.Second):
		t.Fatalf("no address after 20 s: %s", p.output())
	}
	return p
}

func (p *program) output() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out.String()
}

// kill ends it as kill -9 does.
func (p *program) kill() {
	p.cmd.Process.Kill()
	<-p.gone
}

// stop ends it as Ctrl-C does, or a terminal that closes.
func (p *program) stop(t *testing.T, sig syscall.Signal) {
	t.Helper()
	p.cmd.Process.Signal(sig)
	select {
	case <-p.gone:
	case <-time.After(15 * time.Second):
		t.Fatal("it does not stop")
	}
	if code := p.cmd.ProcessState.ExitCode(); code != 0 {
		t.Errorf("exit code %d: %s", code, p.output())
	}
}

// get fills v with the JSON at a path.
func (p *program) get(t *testing.T, path string, v any) {
	t.Helper()
	res, err := http.Get(p.url + strings.TrimPrefix(path, "/"))
	if err != nil {
		t.Fatalf("%v\n%s", err, p.output())
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != 200 {
		t.Fatalf("%s: %s: %s", path, res.Status, body)
	}
	if err := json.Unmarshal(body, v); err != nil {
		t.Fatalf("%s: %v: %s", path, err, body)
	}
}

// searchable is how many listings a search without filters finds.
func (p *program) searchable(t *testing.T) int {
	t.Helper()
	var page struct{ Total int }
	p.get(t, "api/v1/listings?from=", &page)
	return page.Total
}

func TestDemoIsSearchableSoonAndLeavesNothing(t *testing.T) {
	began := time.Now()
	p := start(t, "demo", "--listen", "127.0.0.1:0", "--every", "1h")
	for p.searchable(t) < 1000 {
		if time.Since(began) > 20*time.Second {
			t.Fatalf("%d listings searchable after 20 s:\n%s", p.searchable(t), p.output())
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Logf("1,000 listings searchable %.1f s after the start", time.Since(began).Seconds())
	for deadline := time.Now().Add(40 * time.Second); !strings.Contains(p.output(), "8 of 8 sites read"); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the first collection does not end:\n%s", p.output())
		}
	}
	var tmp string
	for _, e := range p.cmd.Env {
		if dir, ok := strings.CutPrefix(e, "TMPDIR="); ok {
			tmp = dir
		}
	}
	if left, _ := filepath.Glob(filepath.Join(tmp, "*")); len(left) != 1 {
		t.Errorf("while it runs its data is one folder in the system's place for such; there are %v", left)
	}
	p.stop(t, syscall.SIGHUP)
	if left, _ := filepath.Glob(filepath.Join(tmp, "*")); len(left) > 0 {
		t.Errorf("it left %v behind", left)
	}
}
