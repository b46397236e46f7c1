//go:build !unix

package storetest

// start needs a Unix socket and another user's rights: elsewhere a running
// server must be named.
func start() (string, error) { return "", errNoPostgres }
