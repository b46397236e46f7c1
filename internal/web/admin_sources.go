package web

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/source"
)

type adminSourcesPage struct {
	adminFrame
	Heading string
	Rows    []adminRow
}

// adminRow is a source as operators see it.
type adminRow struct {
	siteRow
	// Made says that an operator made it.
	Made bool
	// CanRun, CanPause and CanResume are what its state allows.
	CanRun, CanPause, CanResume bool
	broken                      bool
	rank                        int
}

// made are the sources that operators made, by name.
func (s *server) made(ctx context.Context) (map[string]market.StoredSource, error) {
	all, err := s.Admin.Store.StoredSources(ctx)
	out := make(map[string]market.StoredSource, len(all))
	for _, m := range all {
		out[m.Name] = m
	}
	return out, err
}

// rankOf orders sources for those who look after them: what is broken first.
var rankOf = map[market.HealthKind]int{market.HealthDown: 0, market.HealthSlow: 1, market.HealthWait: 2, market.HealthOK: 3, market.HealthNone: 4}

// adminRow is a source's row with what can be done. trouble is its incident
// that lasts, nil without one. A source that an operator made does not run
// where a newer version of the program brings one of its name: that is said.
func (s *server) adminRow(op *operator, sp source.Spec, st *market.SourceState, trouble *market.Incident, made bool) adminRow {
	j := s.siteRow(op.view, sp, st, trouble, op.now)
	row := adminRow{siteRow: j.siteRow, Made: made, rank: rankOf[j.kind], broken: j.kind == market.HealthSlow || j.kind == market.HealthDown}
	if st != nil {
		runs := j.kind != market.HealthNone
		row.CanPause, row.CanRun = runs, runs && st.RunningSince.IsZero()
		row.CanResume = st.Enabled && !st.PausedAt.IsZero()
	}
	if made && s.Admin.Workshop.Shipped(sp.Name) {
		row.Why, row.broken, row.rank = append(row.Why, op.markup("admin.doubled")), true, rankOf[market.HealthSlow]
	}
	return row
}

// untaken is a source that an operator made and the program has not taken in:
// it was saved a moment ago, or its recipe cannot be read any more.
func (op *operator) untaken(name string) adminRow {
	none := op.Text("status.none")
	return adminRow{
		siteRow: siteRow{
			Name: name, Title: op.named(name), Class: "off", State: op.Text("state.waiting"), Why: []template.HTML{op.markup("admin.untaken")},
			Last: none, Next: none, Open: none,
		},
		Made: true, rank: rankOf[market.HealthWait],
	}
}

// adminSources is GET /admin: all sources, those that need a look first.
func (s *server) adminSources(w http.ResponseWriter, r *http.Request, op *operator) {
	ctx := r.Context()
	states, err := s.fresh(ctx)
	if err != nil {
		s.failed(w, r, err)
		return
	}
	troubles, err := s.troubles(ctx)
	if err != nil {
		s.failed(w, r, err)
		return
	}
	made, err := s.made(ctx)
	if err != nil {
		s.failed(w, r, err)
		return
	}
	p := &adminSourcesPage{adminFrame: s.adminFrame(r, op, op.Text("admin.sources"))}
	broken := 0
	for _, sp := range s.sites().specs {
		_, own := made[sp.Name]
		row := s.adminRow(op, sp, states[sp.Name], troubles[sp.Name], own)
		if row.broken {
			broken++
		}
		p.Rows = append(p.Rows, row)
	}
	for _, name := range slices.Sorted(maps.Keys(made)) {
		if _, taken := s.sites().byName[name]; !taken {
			p.Rows = append(p.Rows, op.untaken(name))
		}
	}
	slices.SortStableFunc(p.Rows, func(a, b adminRow) int { return a.rank - b.rank })
	p.Heading = op.Text("admin.count", "n", op.Int(len(p.Rows)), "broken", op.Int(broken))
	s.show(w, r, op.view, "admin-sources", http.StatusOK, p)
}

type adminSourcePage struct {
	adminFrame
	Row       adminRow
	Home      string
	Terms     string
	Facts     []factLine
	Fields    []fieldShare
	FieldsOf  string
	Runs      []runRow
	Incidents []incidentRow
	// YAML is the recipe of a source that an operator made, Enabled their word.
	YAML    string
	Enabled bool
}

// factLine is a name with what stands to it.
type factLine struct {
	Name  string
	Value template.HTML
}

// fieldShare is how often a field is filled in, now and usually.
type fieldShare struct {
	Name          string
	Usual, Last   string
	Class, Remark string
}

type runRow struct {
	ID, At, Stamp, Class, State string
	Status, Size, Pages, Took   string
	Found, New, Changed, Closed string
	Skipped, Rejected           string
	Err                         string
	HasRejects                  bool
}

type incidentRow struct {
	State, Why, Since, Until string
	Open, Told               bool
}

// How much a source's page shows.
const (
	shownRuns      = 30
	shownIncidents = 20
)

// runClass is how a run's end is marked.
func runClass(st market.RunState) string {
	switch {
	case st.Failed():
		return "down"
	case st == market.RunPartial:
		return "slow"
	}
	return ""
}

// size is a number of bytes in words.
func (v *view) size(n int64) string {
	switch {
	case n < 1<<10:
		return v.Text("admin.bytes", "n", v.Int(int(n)))
	case n < 1<<20:
		return v.Text("admin.kib", "n", v.Int(int((n+1<<9)>>10)))
	}
	return v.Text("admin.mib", "n", v.Digits(strconv.FormatFloat(float64(n)/(1<<20), 'f', 1, 64)))
}

func (v *view) percent(share float64) string {
	return v.Text("admin.percent", "n", v.Int(int(share*100+0.5)))
}

// fieldName is a field of a recipe in words.
func (v *view) fieldName(f string) string {
	if key := "field." + f; v.Has(key) {
		return v.Text(key)
	}
	return f
}

// adminSource is GET /admin/source/{name}.
func (s *server) adminSource(w http.ResponseWriter, r *http.Request, op *operator) {
	ctx, name := r.Context(), r.PathValue("name")
	sp, known := s.sites().byName[name]
	states, err := s.fresh(ctx)
	if err != nil {
		s.failed(w, r, err)
		return
	}
	made, err := s.made(ctx)
	if err != nil {
		s.failed(w, r, err)
		return
	}
	own, isOwn := made[name]
	if !known && isOwn {
		// It cannot be read, or has not been taken in yet.
		sp = source.Spec{Name: name, Title: name}
	}
	if !known && !isOwn {
		s.notFound(w, r)
		return
	}
	runs, err := s.Admin.Store.Runs(ctx, name, shownRuns)
	if err != nil {
		s.failed(w, r, err)
		return
	}
	troubles, err := s.troubles(ctx)
	if err != nil {
		s.failed(w, r, err)
		return
	}
	all, err := s.Admin.Store.Incidents(ctx, 1000)
	if err != nil {
		s.failed(w, r, err)
		return
	}
	p := &adminSourcePage{adminFrame: s.adminFrame(r, op, sp.Title), Home: safeURL(sp.Home), Terms: safeURL(sp.Terms.URL), YAML: own.YAML}
	for _, in := range all {
		if in.Source != name {
			continue
		}
		if len(p.Incidents) == shownIncidents {
			break
		}
		row := incidentRow{
			State: op.Text("state." + string(in.State)), Why: op.Why(in.Why, op.now),
			Since: op.DateClock(in.Since), Open: in.Until.IsZero(), Told: in.Told,
		}
		if !row.Open {
			row.Until = op.DateClock(in.Until)
		}
		p.Incidents = append(p.Incidents, row)
	}
	st := states[name]
	if known {
		p.Row = s.adminRow(op, sp, st, troubles[name], isOwn)
	} else {
		p.Row = op.untaken(name)
	}
	p.Enabled = own.Enabled
	for _, one := range runs {
		p.Runs = append(p.Runs, op.runRow(one))
	}
	fact := func(key, value string) {
		if value != "" {
			p.Facts = append(p.Facts, factLine{op.Text(key), template.HTML(template.HTMLEscapeString(value))})
		}
	}
	if known {
		fact("admin.schedule", sp.Schedule)
		fact("admin.floor", op.lasting(sp.Terms.PollFloor))
		if sp.Terms.Attribution != "" {
			p.Facts = append(p.Facts, factLine{op.Text("admin.attribution"), op.named(sp.Terms.Attribution)})
		}
		if sp.Terms.Allowed != "" {
			p.Facts = append(p.Facts, factLine{op.Text("admin.allowed"), op.named(sp.Terms.Allowed)})
		}
		for _, f := range []struct {
			key string
			is  bool
		}{{"admin.full-text", sp.Terms.FullText}, {"admin.syndicate", sp.Terms.Syndicate}, {"admin.index", sp.Terms.Index}} {
			fact(f.key, op.yesNo(f.is))
		}
	}
	if isOwn {
		fact("admin.by", op.person(own.By))
		fact("admin.changed", op.DateClock(own.Changed))
	}
	if st != nil {
		p.completeness(op, st)
	}
	s.show(w, r, op.view, "admin-source", http.StatusOK, p)
}

func (v *view) yesNo(is bool) string {
	if is {
		return v.Text("admin.yes")
	}
	return v.Text("admin.no")
}

// lasting is a duration in whole hours or minutes.
func (v *view) lasting(d time.Duration) string {
	switch {
	case d <= 0:
		return ""
	case d%time.Hour == 0:
		return v.Text("admin.hours", "n", v.Int(int(d/time.Hour)))
	case d >= time.Minute:
		return v.Text("admin.minutes", "n", v.Int(int(d/time.Minute)))
	}
	return v.Text("admin.seconds", "n", v.Int(int(d/time.Second)))
}

// completeness sets the fields of the newest whole run beside what is usual.
func (p *adminSourcePage) completeness(op *operator, st *market.SourceState) {
	var run *market.RunRecord
	for i := range st.Recent {
		if st.Recent[i].Filled.Listings > 0 {
			run = &st.Recent[i]
			break
		}
	}
	if run == nil {
		return
	}
	p.FieldsOf = op.Text("admin.fields-of", "time", op.Moment(run.Finished, op.now), "n", op.Int(run.Filled.Listings), "usual", op.Int(st.Baseline.Listings))
	lost := st.Baseline.Lost(run.Filled)
	for _, f := range market.FilledFields {
		row := fieldShare{Name: op.fieldName(f), Usual: op.Text("status.none"), Last: op.percent(run.Filled.Share(f))}
		if st.Baseline.Listings > 0 {
			row.Usual = op.percent(st.Baseline.Share(f))
		}
		if slices.Contains(lost, f) {
			row.Class, row.Remark = "down", op.Text("admin.lost")
		}
		p.Fields = append(p.Fields, row)
	}
}

func (op *operator) runRow(r market.RunRecord) runRow {
	n := op.Int
	row := runRow{
		ID: r.ID, At: op.Moment(r.Finished, op.now), Stamp: stamp(r.Finished), Class: runClass(r.State), State: op.Text("run." + string(r.State)),
		Status: op.Text("status.none"), Size: op.size(r.Bytes), Pages: n(r.Pages), Took: op.lasting(r.Finished.Sub(r.Started).Round(time.Second)),
		Found: n(r.Found), New: n(r.New), Changed: n(r.Changed), Closed: n(r.Closed), Skipped: n(r.Skipped), Rejected: n(r.Rejected),
		Err: r.Err, HasRejects: r.Rejected > 0,
	}
	if r.Status > 0 {
		row.Status = op.Digits(strconv.Itoa(r.Status))
	}
	return row
}

// adminSourceDo is POST /admin/source/{name} with the field do.
func (s *server) adminSourceDo(w http.ResponseWriter, r *http.Request, op *operator) {
	ctx, name, do := r.Context(), r.PathValue("name"), r.PostForm.Get("do")
	to := "/admin/source/" + name
	if r.PostForm.Get("from") == "list" {
		to = "/admin"
	}
	st, done := s.Admin.Store, ""
	states, err := s.fresh(ctx)
	if err != nil {
		s.failed(w, r, err)
		return
	}
	a := op.audit("source", do, name)
	switch do {
	case "run":
		a.Before, a.After = "not due", "due at once"
		if is := states[name]; is != nil && !is.NextAt.IsZero() {
			a.Before = "due " + is.NextAt.UTC().Format(time.RFC3339)
		}
		done, err = "run", st.HurrySource(ctx, name, a)
	case "pause":
		a.Before, a.After = "on", "paused"
		done, err = "paused", st.PauseSource(ctx, name, a)
	case "resume":
		a.Before, a.After = "paused", "on"
		done, err = "resumed", st.ResumeSource(ctx, name, a)
	case "enable", "disable":
		done, err = s.setMade(r, op, name, do)
	case "delete":
		if r.PostForm.Get("sure") != "1" {
			s.say(w, r, op.view, http.StatusOK, notice{
				Heading: op.Text("admin.delete"), Text: []string{op.Text("admin.delete-text", "site", s.title(name))},
				Forms: []noticeForm{{Action: "/admin/source/" + name, Fields: []field{{"do", do}, {"sure", "1"}}, Button: op.Text("admin.delete-sure"), Class: "stop"}},
				Links: []loosen{{op.Text("admin.all"), "/admin"}},
			})
			return
		}
		to = "/admin"
		done, err = s.setMade(r, op, name, do)
	default:
		s.bad(w, r, op.view, op.Text("bad.field", "param", "do", "value", cut(do, 40), "want", op.Text("manage.buttons")))
		return
	}
	switch {
	case errors.Is(err, market.ErrNotFound):
		s.notFound(w, r)
		return
	case errors.Is(err, market.ErrNone):
		done = "no-change"
	case err != nil:
		s.failed(w, r, fmt.Errorf("changing a source (%s): %w", do, err))
		return
	}
	back(w, r, to, done)
}

type adminRunPage struct {
	adminFrame
	Source string
	Title  template.HTML
	Run    runRow
	Items  []rejectRow
}

type rejectRow struct{ Why, Item string }

// adminRun is GET /admin/source/{name}/run/{run}: what a run rejected, and why.
func (s *server) adminRun(w http.ResponseWriter, r *http.Request, op *operator) {
	ctx, name, id := r.Context(), r.PathValue("name"), r.PathValue("run")
	runs, err := s.Admin.Store.Runs(ctx, name, 1000)
	if err != nil {
		s.failed(w, r, err)
		return
	}
	i := slices.IndexFunc(runs, func(one market.RunRecord) bool { return one.ID == id })
	if i < 0 {
		s.notFound(w, r)
		return
	}
	rejects, err := s.Admin.Store.Rejects(ctx, id)
	if err != nil {
		s.failed(w, r, err)
		return
	}
	p := &adminRunPage{adminFrame: s.adminFrame(r, op, op.Text("admin.rejected-of", "site", s.title(name))), Source: name, Title: op.site(name), Run: op.runRow(runs[i])}
	for _, one := range rejects {
		p.Items = append(p.Items, rejectRow{one.Why, one.Item})
	}
	s.show(w, r, op.view, "admin-run", http.StatusOK, p)
}
