//go:build !unix

package local

import "os"

// lockFile opens the file; where the system keeps an open file from being
// removed, that is lock enough against a second process's rebuilding.
func lockFile(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
}

// syncDir does nothing: directories cannot be synced here.
func syncDir(string) error { return nil }
