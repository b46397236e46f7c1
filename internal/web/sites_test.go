package web

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/source"
)

// TestSourcesComeAndGo: what operators add and take away while the site is up
// is on every page that names sources.
func TestSourcesComeAndGo(t *testing.T) {
	f := newFair()
	var specs atomic.Pointer[[]source.Spec]
	all := f.specs
	fewer := all[1:]
	specs.Store(&fewer)
	base := f.serve(t, func(o *Options) { o.Specs = func() []source.Spec { return *specs.Load() } }).URL
	name, title := all[0].Name, all[0].Title
	shown := func() bool { return open(t, base+"/status", "en", 200).Find("#"+name).Length() == 1 }
	if shown() {
		t.Fatalf("%s is on the status page before it is there", name)
	}
	open(t, base+"/?source="+name, "en", 400)
	specs.Store(&all)
	time.Sleep(sitesFor + 10*time.Millisecond)
	if !shown() {
		t.Errorf("%s is not on the status page", name)
	}
	if got := words(open(t, base+"/?source="+name, "en", 200).Find(".chips")); got == "" {
		t.Errorf("a search for %s has no chip", title)
	}
	specs.Store(&fewer)
	time.Sleep(sitesFor + 10*time.Millisecond)
	if shown() {
		t.Errorf("%s is still on the status page", name)
	}
}
