//go:build unix

package storetest

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"time"
)

// lifeline is the standard input of the server's keeper. It closes when this
// process ends, however it ends, and then the keeper stops the server.
var lifeline io.WriteCloser

// keeper makes a cluster in the folder $1 with the programs of the folder $2
// and runs it for as long as its standard input is open. Safety against
// power cuts is off: it is for tests only.
const keeper = `
set -e
trap 'rm -rf "$1"' EXIT
"$2/initdb" -D "$1/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$1/log" 2>&1 || { cat "$1/log" >&2; exit 1; }
"$2/postgres" -D "$1/data" -c listen_addresses= -c unix_socket_directories="$1" -c unix_socket_permissions=0777 \
	-c fsync=off -c full_page_writes=off -c synchronous_commit=off -c max_connections=200 -c shared_buffers=64MB \
	</dev/null >>"$1/log" 2>&1 &
cat >/dev/null
kill -QUIT $! || true
wait $! || true
`

func start() (string, error) {
	bin, err := programs()
	if err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp("", "kajkhoj-pg-")
	if err != nil {
		return "", err
	}
	if len(dir) > 80 { // A Unix socket's path has room for about 100 bytes.
		os.Remove(dir)
		if dir, err = os.MkdirTemp("/tmp", "kajkhoj-pg-"); err != nil {
			return "", err
		}
	}
	cmd := exec.Command("sh", "-c", keeper, "sh", dir, bin)
	cmd.Dir = dir
	// A group of its own, so that an interrupt at the terminal is left to
	// the lifeline.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if os.Getuid() == 0 { // PostgreSQL refuses to run as root.
		c, err := unprivileged()
		if err != nil {
			return "", err
		}
		cmd.SysProcAttr.Credential = c
		if err := os.Chown(dir, int(c.Uid), int(c.Gid)); err != nil {
			return "", err
		}
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		return "", err
	}
	var said bytes.Buffer
	cmd.Stderr = &said
	if lifeline, err = cmd.StdinPipe(); err != nil {
		return "", err
	}
	if err := cmd.Start(); err != nil {
		return "", fmt.Errorf("start PostgreSQL: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()

	dsn := (&url.URL{Scheme: "postgres", User: url.User("postgres"), Path: "/postgres",
		RawQuery: url.Values{"host": {dir}, "sslmode": {"disable"}}.Encode()}).String()
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		return "", err
	}
	defer db.Close()
	for deadline := time.Now().Add(60 * time.Second); ; {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		err := db.PingContext(ctx)
		cancel()
		if err == nil {
			return dsn, nil
		}
		select {
		case werr := <-ended:
			return "", fmt.Errorf("PostgreSQL did not start: %v\n%s", werr, said.Bytes())
		case <-time.After(20 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			log, _ := os.ReadFile(filepath.Join(dir, "log"))
			lifeline.Close()
			return "", fmt.Errorf("PostgreSQL does not answer: %w\n%s", err, log)
		}
	}
}

// programs is the folder that holds both initdb and postgres: one on the
// PATH, or the newest of Debian's.
func programs() (string, error) {
	has := func(dir string) bool {
		for _, name := range []string{"initdb", "postgres"} {
			if _, err := exec.LookPath(filepath.Join(dir, name)); err != nil {
				return false
			}
		}
		return true
	}
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		if filepath.IsAbs(dir) && has(dir) {
			return dir, nil
		}
	}
	dirs, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	slices.SortFunc(dirs, func(a, b string) int {
		va, _ := strconv.Atoi(filepath.Base(filepath.Dir(a)))
		vb, _ := strconv.Atoi(filepath.Base(filepath.Dir(b)))
		return vb - va
	})
	for _, dir := range dirs {
		if has(dir) {
			return dir, nil
		}
	}
	return "", errNoPostgres
}

// unprivileged is a user that a server may run as.
func unprivileged() (*syscall.Credential, error) {
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err := errors.Join(err1, err2); err != nil {
			return nil, fmt.Errorf("user %s: %w", name, err)
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, errors.New("PostgreSQL refuses to run as root, and there is neither a user postgres nor nobody")
}
