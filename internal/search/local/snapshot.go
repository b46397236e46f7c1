package local

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/kajkhoj/kajkhoj/internal/search"
)

// ErrInUse says that another process holds the index.
var ErrInUse = errors.New("another process holds it")

// Snapshot makes the index in dir, which another process may hold, openable
// in the empty folder to: as it was last written, its cursor included, so
// that a follower brings it up to date. The large file is linked, not
// copied; both folders must be on one file system. It fails with
// search.ErrRebuild where there is no index yet.
func Snapshot(dir, to string) error {
	for range 3 {
		data, err := os.ReadFile(filepath.Join(dir, manifestName))
		if errors.Is(err, fs.ErrNotExist) {
			return search.ErrRebuild
		}
		if err != nil {
			return err
		}
		var m manifest
		if err := json.Unmarshal(data, &m); err != nil {
			return fmt.Errorf("%w: %s: %w", search.ErrRebuild, manifestName, err)
		}
		name := filepath.Base(m.Base.Name)
		err = os.Link(filepath.Join(dir, name), filepath.Join(to, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue // it was replaced between the two looks
		}
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, manifestName), data, 0o644)
	}
	return fmt.Errorf("the index in %s is replaced faster than it can be read", dir)
}
