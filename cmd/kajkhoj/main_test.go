package main

import (
	"context"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets the test binary be the program, for scripts and for tests
// that kill it.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"kajkhoj": func() {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
		defer stop()
		os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
	}})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata/script"})
}

func TestExitCodes(t *testing.T) {
	data := t.TempDir()
	for _, tt := range []struct {
		code int
		args string
	}{
		{exitOK, ""},
		{exitOK, "--help"},
		{exitOK, "version"},
		{exitOK, "source list"},
		{exitUsage, "sarve"},
		{exitUsage, "search x --level guru"},
		{exitUsage, "serve --listen 8080"},
		{exitUsage, "demo --fault nowhere=429 --listen 127.0.0.1:0"},
		{exitUsage, "demo --listings 0"},
		{exitUsage, "source try nowhere --file nothing.json"},
		{exitUsage, "config --config nothing.yaml"},
		{exitError, "search x --data " + data + "/none"},
		{exitError, "source try jobicy --file nothing.json"},
		{exitError, "source try jobicy --file main.go"},
		{exitError, "collect freelancer --data " + data},
	} {
		var out, errs strings.Builder
		if code := run(t.Context(), strings.Fields(tt.args), &out, &errs); code != tt.code {
			t.Errorf("kajkhoj %s: %d, want %d: %s", tt.args, code, tt.code, errs.String())
		}
		if tt.code != exitOK && errs.Len() == 0 {
			t.Errorf("kajkhoj %s: fails without a word", tt.args)
		}
	}
}
