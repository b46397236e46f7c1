package demo

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

func TestDump(t *testing.T) {
	town := start(t, Options{Seed: 1})
	f, _ := os.Create("/tmp/dump.txt")
	for _, s := range town.sites {
		fmt.Fprintln(f, "=====", s.name, s.count())
		for i, p := range s.postings {
			o := s.offer(p)
			fmt.Fprintf(f, "[%s] %s | %s | %s %d-%d %s\n", o.category, o.title, o.company, o.pay.kind, o.pay.low, o.pay.top, o.pay.currency)
			if i%25 == 3 {
				fmt.Fprintln(f, "   ", strings.ReplaceAll(o.plain(), "\n", "\n    "))
			}
		}
	}
}

func start(t testing.TB, o Options) *Town {
	t.Helper()
	if o.Every == 0 {
		o.Every = -1
	}
	town, err := Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { town.Close() })
	return town
}
