package web

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/source"
)

// startPage is /admin/source/new before there is anything to work on.
type startPage struct {
	adminFrame
	URL, Wrong string
	YAML       string
}

type benchPage struct {
	adminFrame
	Bench, URL string
	Heading    template.HTML
	// Busy says that work is under way; then nothing else is shown.
	Busy bool
	// Found says what was found, Wrong why nothing was, Detail that in the
	// words of the code.
	Found, Wrong, Detail string
	Notes                []string
	// Edits says that a stored source is changed; Enabled that it is on.
	Edits, Enabled bool
	Changes        []changeRow

	// Sent is how the site answered, Which the item, Raw the item itself.
	Sent, Which, Raw string
	HasItem          bool
	Rejected         string
	Fields           []benchField
	Level, English   *fact
	Previous, Next   string
	// OnlyRejected leads to the rejected items, All back to all.
	OnlyRejected, All, RejectedText string

	YAML     string
	Rows     int
	Mistakes []mistakeRow
	CanAsk   bool

	// RobotsWhy is why robots.txt does not allow it, in English.
	Robots, RobotsClass, RobotsWhy string
	Form                           []benchInput
	Permitted                      bool
	PermittedWrong                 string
	NotOn                          []string
}

type benchField struct {
	Name, Sent, Became string
	Missing, Unread    bool
}

// changeRow is a field before and after a change of the recipe.
type changeRow struct {
	Name, Before, After string
	Less                bool
}

type mistakeRow struct {
	Where, Text string
}

// benchInput is a field of "before it goes live".
type benchInput struct {
	Name, Label, Hint, Type, Value, Wrong string
	Choice                                bool
}

// termFields are the fields of the form, by the keys of a recipe that they
// fill in.
var termFields = []struct {
	name, key, kind string
	choice          bool
}{
	{"terms", "terms.url", "url", false},
	{"read", "terms.read", "date", false},
	{"note", "terms.note", "text", false},
	{"floor", "terms.poll_floor", "number", false},
	{"credit", "terms.attribution", "text", false},
	{"text", "terms.full_text", "", true},
	{"feed", "terms.syndicate", "", true},
	{"index", "terms.index", "", true},
	{"permission", "terms.permission", "", true},
	{"why", "terms.allowed", "text", false},
}

// ofRecipe is what a recipe says, as the form's field shows it.
func ofRecipe(w Workshop, yaml, name, key string) string {
	v := w.Value(yaml, key)
	if name == "floor" {
		d, err := time.ParseDuration(v)
		if err != nil || d < time.Minute || d%time.Minute != 0 {
			return ""
		}
		return strconv.Itoa(int(d / time.Minute))
	}
	return v
}

// adminNew is GET /admin/source/new. With url it looks at an address, with
// edit it opens a stored source, with bench it shows what is being made.
func (s *server) adminNew(w http.ResponseWriter, r *http.Request, op *operator) {
	q := r.URL.Query()
	switch {
	case q.Has("bench"):
		b := s.benches.of(q.Get("bench"), op.now)
		if b == nil {
			s.showStart(w, r, op, http.StatusGone, "", op.Text("bench.gone"))
			return
		}
		s.showBench(w, r, op, b)
	case q.Has("edit"):
		s.editSource(w, r, op, q.Get("edit"))
	case q.Has("url"):
		s.lookAt(w, r, op, strings.TrimSpace(q.Get("url")))
	default:
		s.showStart(w, r, op, http.StatusOK, "", "")
	}
}

func (s *server) showStart(w http.ResponseWriter, r *http.Request, op *operator, status int, address, wrong string) {
	p := &startPage{adminFrame: s.adminFrame(r, op, op.Text("bench.new")), URL: address, Wrong: wrong}
	s.show(w, r, op.view, "admin-start", status, p)
}

func benchURL(b *bench) string { return "/admin/source/new?bench=" + b.id }

// longestURL bounds an address that is looked at, in bytes.
const longestURL = 2000

// lookAt looks at an address, once: opened again soon, the page shows what
// was found.
func (s *server) lookAt(w http.ResponseWriter, r *http.Request, op *operator, address string) {
	u, err := url.Parse(address)
	if err != nil || len(address) > longestURL || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || u.User != nil {
		s.showStart(w, r, op, http.StatusBadRequest, cut(address, longestURL), op.Text("bench.bad-url"))
		return
	}
	b := s.benches.lookedAt(address, op.now)
	if b == nil {
		b = s.benches.open(op.now, func(b *bench) { b.url = address })
		b.look(s.Admin.Workshop)
	}
	http.Redirect(w, r, benchURL(b), http.StatusSeeOther)
}

// editSource opens a stored source, with the page that it was made from.
func (s *server) editSource(w http.ResponseWriter, r *http.Request, op *operator, name string) {
	made, err := s.made(r.Context())
	if err != nil {
		s.failed(w, r, err)
		return
	}
	m, ok := made[name]
	if !ok {
		s.notFound(w, r)
		return
	}
	b := s.benches.open(op.now, func(b *bench) {
		b.edits, b.yaml, b.permitted, b.url = &m, m.YAML, m.Permitted, m.Fixture.URL
		if m.Fixture.URL != "" {
			b.page = &m.Fixture
		}
	})
	b.try(s.Admin.Workshop)
	http.Redirect(w, r, benchURL(b), http.StatusSeeOther)
}

// adminImport is POST /admin/source/new/import: a source.yaml, as a file or as
// text, to work on. It is saved only when its operator saves it.
func (s *server) adminImport(w http.ResponseWriter, r *http.Request, op *operator) {
	text := r.PostForm.Get("recipe")
	if strings.TrimSpace(text) == "" {
		s.showStart(w, r, op, http.StatusBadRequest, "", op.Text("bench.no-file"))
		return
	}
	b := s.benches.open(op.now, func(b *bench) { b.yaml = unix(text) })
	b.try(s.Admin.Workshop)
	http.Redirect(w, r, benchURL(b), http.StatusSeeOther)
}

// readUpload reads a form that may hold a file, whose content becomes the
// value of the field recipe.
func readUpload(w http.ResponseWriter, r *http.Request) (status int) {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != "multipart/form-data" {
		return readForm(w, r, largestRecipe)
	}
	r.Body = http.MaxBytesReader(w, r.Body, largestRecipe)
	if err := r.ParseMultipartForm(largestRecipe); err != nil {
		if _, big := errors.AsType[*http.MaxBytesError](err); big {
			return http.StatusRequestEntityTooLarge
		}
		return http.StatusBadRequest
	}
	for _, f := range r.MultipartForm.File["file"] {
		if f.Size == 0 {
			continue
		}
		file, err := f.Open()
		if err != nil {
			return http.StatusBadRequest
		}
		text, err := io.ReadAll(file)
		file.Close()
		if err != nil {
			return http.StatusBadRequest
		}
		r.PostForm.Set("recipe", string(text))
	}
	return 0
}

// unix gives a text the line ends of files: browsers send CR LF.
func unix(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\r\n", "\n")
}

// adminNewDo is POST /admin/source/new: the recipe and what stands around it,
// with the field do: try it on the page at hand, ask the site, look at the
// address again, download the recipe, save it, or save it and switch it on.
func (s *server) adminNewDo(w http.ResponseWriter, r *http.Request, op *operator) {
	form, shop := r.PostForm, s.Admin.Workshop
	b := s.benches.of(form.Get("bench"), op.now)
	if b == nil {
		// The process has been started again, or too many others came: what was
		// typed is in the form.
		b = s.benches.open(op.now, func(b *bench) {
			b.url, b.note, b.noteBad = cut(form.Get("url"), longestURL), op.Text("bench.lost"), true
		})
	}
	b.mu.Lock()
	b.wrong, b.typed = map[string]string{}, map[string]string{}
	b.yaml = unix(form.Get("recipe"))
	b.permitted = form.Get("permitted") == "1"
	var fill []Filling
	for _, f := range termFields {
		v := strings.TrimSpace(strings.ToValidUTF8(form.Get(f.name), "\uFFFD"))
		if v == b.shown[f.name] || !form.Has(f.name) {
			continue
		}
		switch {
		case f.name == "floor":
			n, err := strconv.Atoi(v)
			if err != nil || n < 1 || n > 60*24*30 {
				b.wrong[f.name], b.typed[f.name] = op.Text("bench.bad-floor"), v
				continue
			}
			v = (time.Duration(n) * time.Minute).String()
		case f.choice && v != "true" && v != "false", v == "":
			fill = append(fill, Filling{Key: f.key, Drop: true})
			continue
		}
		fill = append(fill, Filling{Key: f.key, Value: v})
	}
	if len(fill) > 0 {
		if text, err := shop.Fill(b.yaml, fill); err == nil {
			b.yaml = text
		} else {
			// The recipe itself cannot be read, which is said with its line: what
			// was typed waits in its fields.
			for _, f := range termFields {
				if v := form.Get(f.name); v != b.shown[f.name] {
					b.typed[f.name] = v
				}
			}
		}
	}
	b.mu.Unlock()
	to := benchURL(b)
	switch form.Get("do") {
	case "export":
		b.mu.Lock()
		yaml := b.yaml
		b.mu.Unlock()
		download(w, yaml, cmp.Or(shop.Value(yaml, "name"), "new"))
		return
	case "try":
		b.try(shop)
	case "ask":
		if at, err := s.earliest(r, b, op.now); err != nil {
			s.failed(w, r, err)
			return
		} else if at.After(op.now) {
			b.say(op.Text("bench.early", "time", op.Moment(at, op.now)), true)
			break
		}
		b.ask(shop)
	case "look":
		b.look(shop)
	case "save", "enable":
		name, err := s.save(r, op, b, form.Get("do") == "enable")
		switch {
		case errors.Is(err, errNotSaved):
		case err != nil:
			s.failed(w, r, fmt.Errorf("saving a source: %w", err))
			return
		default:
			s.benches.drop(b)
			back(w, r, "/admin/source/"+name, "saved")
			return
		}
	default:
		s.bad(w, r, op.view, op.Text("bad.field", "param", "do", "value", cut(form.Get("do"), 40), "want", op.Text("manage.buttons")))
		return
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

func (b *bench) say(note string, bad bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.note, b.noteBad = note, bad
}

// earliest is when a source that runs already may be asked again: its poll
// floor holds for whoever asks.
func (s *server) earliest(r *http.Request, b *bench, now time.Time) (time.Time, error) {
	if b.edits == nil {
		return time.Time{}, nil
	}
	runs, err := s.Admin.Store.Runs(r.Context(), b.edits.Name, 1)
	if err != nil || len(runs) == 0 {
		return time.Time{}, err
	}
	return runs[0].Started.Add(s.spec(b.edits.Name).Terms.PollFloor), nil
}

// download sends a recipe as a file.
func download(w http.ResponseWriter, yaml, name string) {
	if !source.ValidName(name) {
		name = "new"
	}
	h := w.Header()
	h.Set("Content-Type", "application/yaml; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="`+name+`.source.yaml"`)
	io.WriteString(w, yaml)
}

// errNotSaved: the bench says what is missing.
var errNotSaved = errors.New("not saved")

// reservedName is what the page of new sources is called.
const reservedName = "new"

// save puts the source of a bench into the store. A recipe that cannot be
// read is not saved; one that has blanks, whose robots.txt forbids it, or that
// lacks a permission which it needs, is not switched on.
func (s *server) save(r *http.Request, op *operator, b *bench, on bool) (name string, err error) {
	shop, ctx := s.Admin.Workshop, r.Context()
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.busy != nil {
		b.note, b.noteBad = op.Text("bench.busy"), true
		return "", errNotSaved
	}
	read := shop.Read(b.yaml)
	b.read = read
	if len(read.Mistakes) > 0 {
		b.note, b.noteBad, b.done = op.Text("bench.unreadable"), true, false
		return "", errNotSaved
	}
	name = read.Spec.Name
	m := market.StoredSource{Name: name, YAML: b.yaml, Permitted: b.permitted, By: op.who}
	var was time.Time
	if b.edits != nil {
		m.Enabled, was = b.edits.Enabled, b.edits.Changed
		m.Created = b.edits.Created
	}
	refuse := func(text string) (string, error) {
		b.note, b.noteBad = text, true
		return "", errNotSaved
	}
	stored, err := s.made(ctx)
	if err != nil {
		return "", err
	}
	switch _, taken := stored[name]; {
	case b.edits != nil && name != b.edits.Name:
		return refuse(op.Text("bench.renamed", "name", b.edits.Name))
	case shop.Shipped(name) || name == reservedName || taken && b.edits == nil:
		return refuse(op.Text("bench.taken", "name", name))
	}
	if on || m.Enabled {
		for _, key := range read.Blanks {
			for _, f := range termFields {
				if f.key == key {
					b.wrong[f.name] = op.Text("bench.needed")
				}
			}
		}
		for _, f := range []struct{ name, value string }{{"terms", read.Spec.Terms.URL}} {
			if f.value != "" && safeURL(f.value) == "" {
				b.wrong[f.name] = op.Text("bench.bad-url")
			}
		}
		if read.Spec.Terms.Permission && !b.permitted {
			b.wrong["permitted"] = op.Text("bench.permitted-needed")
		}
		if on && (!b.asked || !b.looked.Robots) {
			b.wrong["robots"] = op.Text("bench.robots-needed")
		}
		if b.page == nil {
			b.wrong["robots"] = op.Text("bench.robots-needed")
		}
		if len(b.wrong) > 0 {
			return refuse(op.Text("bench.not-on"))
		}
	}
	if len(b.wrong) > 0 {
		return refuse(op.Text("bench.not-saved"))
	}
	if on {
		m.Enabled = true
	}
	if m.Enabled {
		if m.YAML, err = shop.Fill(b.yaml, []Filling{{Key: "enabled", Value: "true"}, {Key: "why", Drop: true}, {Key: "needs", Drop: true}}); err != nil {
			return refuse(op.Text("bench.unreadable"))
		}
	}
	m.Allowed = read.Spec.Terms.Allowed
	if b.page != nil {
		m.Fixture = *b.page
	}
	switch err := s.Admin.Store.SaveSource(ctx, m, was, op.audit("source", "save", name)); {
	case errors.Is(err, market.ErrNone):
		return refuse(op.Text("bench.meanwhile"))
	case err != nil:
		return "", err
	}
	return name, nil
}

// lookText says why a site gave nothing.
func (op *operator) lookText(why market.Reason) string {
	if why.Key == "" {
		return ""
	}
	return op.Text("look."+why.Key, "code", op.Digits(why.Args["code"]))
}

// showBench is the page of a source in the making.
func (s *server) showBench(w http.ResponseWriter, r *http.Request, op *operator, b *bench) {
	done := b.await(r.Context())
	b.mu.Lock()
	defer b.mu.Unlock()
	p := &benchPage{Bench: b.id, URL: b.url}
	host := b.url
	if u, err := url.Parse(b.url); err == nil && u.Host != "" {
		host = u.Host
	}
	title := op.Text("bench.new")
	if b.edits != nil {
		host, title, p.Edits, p.Enabled = b.edits.Name, op.Text("bench.edit"), true, b.edits.Enabled
	} else if n := b.read.Spec.Name; host == "" && n != "" {
		host = n
	}
	p.adminFrame = s.adminFrame(r, op, title)
	p.Heading = template.HTML(template.HTMLEscapeString(title))
	if host != "" {
		p.Heading += `: <span lang="en">` + template.HTML(template.HTMLEscapeString(host)) + `</span>`
	}
	if !done {
		p.Busy = true
		w.Header().Set("Refresh", "3")
		s.show(w, r, op.view, "admin-bench", http.StatusOK, p)
		return
	}
	if b.note != "" {
		p.adminFrame.Done, p.Bad = b.note, b.noteBad
		b.note, b.noteBad = "", false
	}
	if b.asked {
		p.Wrong, p.Detail, p.Notes = op.lookText(b.looked.Wrong), b.looked.Detail, b.looked.Notes
	}
	s.benchResults(r, op, b, p)
	s.benchForm(op, b, p)
	s.show(w, r, op.view, "admin-bench", http.StatusOK, p)
}

// benchResults shows what came of the recipe: in sum, and one item beside
// what the site sent.
func (s *server) benchResults(r *http.Request, op *operator, b *bench, p *benchPage) {
	if b.page != nil {
		if b.asked && b.looked.Status > 0 {
			p.Sent = op.Digits(strconv.Itoa(b.looked.Status)) + ", "
		}
		p.Sent += op.Text("bench.sent", "size", op.size(int64(len(b.page.Body))), "time", op.DateClock(b.page.At))
	}
	if !b.done {
		return
	}
	t := b.tried
	empty := 0
	fields := t.fields()
	if len(fields) == 0 {
		fields = b.was.fields()
	}
	for _, f := range fields {
		if t.Filled[f] == 0 {
			empty++
		}
	}
	all := t.Listings + t.Rejected + t.Skipped
	p.Found = op.Text("bench.result", "all", op.Int(all), "n", op.Int(t.Listings), "rejected", op.Int(t.Rejected), "skipped", op.Int(t.Skipped), "empty", op.Int(empty))
	if b.looked.Format != "" {
		p.Found = op.Text("bench.found", "format", b.looked.Format) + " " + p.Found
	}
	if b.live {
		p.Found += " " + op.Text("bench.live")
	} else if b.read.Detail {
		p.Found += " " + op.Text("bench.detail")
	}
	if p.Wrong == "" {
		p.Wrong, p.Detail = op.lookText(t.Wrong), t.Detail
	}
	if b.edits != nil && !b.live {
		n := func(v int) string { return op.Int(v) }
		p.Changes = append(p.Changes, changeRow{op.Text("bench.listings"), n(b.was.Listings), n(t.Listings), t.Listings < b.was.Listings})
		p.Changes = append(p.Changes, changeRow{op.Text("admin.rejected"), n(b.was.Rejected), n(t.Rejected), t.Rejected > b.was.Rejected})
		for _, f := range fields {
			p.Changes = append(p.Changes, changeRow{f, n(b.was.Filled[f]), n(t.Filled[f]), t.Filled[f] < b.was.Filled[f]})
		}
	}
	q := r.URL.Query()
	var of []int
	only := q.Get("show") == "rejected"
	for i, it := range t.Items {
		if !only || it.Listing == nil {
			of = append(of, i)
		}
	}
	link := func(n int, only bool) string {
		u := benchURL(b)
		if only {
			u += "&show=rejected"
		}
		if n > 1 {
			u += "&item=" + strconv.Itoa(n)
		}
		return u + "#sent"
	}
	if only {
		p.All = link(1, false)
	} else if t.Rejected+t.Skipped > 0 {
		p.OnlyRejected, p.RejectedText = link(1, true), op.Text("bench.rejected", "n", op.Int(t.Rejected+t.Skipped))
	}
	if len(of) == 0 {
		return
	}
	n, err := strconv.Atoi(q.Get("item"))
	if err != nil || n < 1 || n > len(of) {
		n = 1
	}
	it := t.Items[of[n-1]]
	p.HasItem, p.Raw, p.Which = true, indented(it.Raw), op.Text("bench.item", "n", op.Int(n), "all", op.Int(len(of)))
	p.Rejected = cmp.Or(it.Rejected, it.Skipped)
	for _, f := range it.Fields {
		if it.Listing != nil && (f.Name == "level" || f.Name == "english") {
			continue
		}
		p.Fields = append(p.Fields, benchField{Name: f.Name, Sent: cut(f.Sent, 300), Became: cut(f.Became, 1000), Missing: f.Became == "", Unread: f.Became == "" && f.Sent != ""})
	}
	if l := it.Listing; l != nil {
		var level, english string
		if l.Level.Value != "" {
			level = op.Text("level." + string(l.Level.Value))
		}
		if l.English.Value != "" {
			english = op.Text("english." + string(l.English.Value))
		}
		p.Level = triedLabel(op, "level", level, l.Level.Basis, l.Level.Evidence)
		p.English = triedLabel(op, "english", english, l.English.Basis, l.English.Evidence)
	}
	if n > 1 {
		p.Previous = link(n-1, only)
	}
	if n < len(of) {
		p.Next = link(n+1, only)
	}
}

// indented is an item with its JSON in lines; HTML stays as it is.
func indented(raw string) string {
	var b bytes.Buffer
	if json.Indent(&b, []byte(raw), "", "  ") != nil {
		return raw
	}
	return b.String()
}

// fields are the names of a trial's fields.
func (t Tried) fields() []string {
	for _, it := range t.Items {
		if len(it.Fields) > 0 {
			var out []string
			for _, f := range it.Fields {
				out = append(out, f.Name)
			}
			return out
		}
	}
	return nil
}

// benchForm fills in the recipe and what stands before going live.
func (s *server) benchForm(op *operator, b *bench, p *benchPage) {
	p.YAML = b.yaml
	p.Rows = min(max(strings.Count(b.yaml, "\n")+2, 12), 40)
	for _, m := range b.read.Mistakes {
		row := mistakeRow{Text: m.Text}
		if m.Line > 0 {
			row.Where = op.Text("bench.line", "n", op.Int(m.Line))
		}
		p.Mistakes = append(p.Mistakes, row)
	}
	p.CanAsk = b.yaml != ""
	switch {
	case !b.asked:
		p.RobotsClass, p.Robots = "off", op.Text("bench.robots-unknown")
	case b.looked.Robots:
		p.Robots = op.Text("bench.robots-allows")
	default:
		p.RobotsClass, p.Robots, p.RobotsWhy = "down", op.Text("bench.robots-forbids"), b.looked.RobotsWhy
	}
	if why := b.wrong["robots"]; why != "" {
		p.NotOn = append(p.NotOn, why)
	}
	b.shown = map[string]string{}
	for _, f := range termFields {
		v := ofRecipe(s.Admin.Workshop, b.yaml, f.name, f.key)
		b.shown[f.name] = v
		p.Form = append(p.Form, benchInput{
			Name: f.name, Label: op.Text("bench-field." + f.name), Hint: op.Text("bench-hint." + f.name), Type: f.kind, Value: cmp.Or(b.typed[f.name], v), Wrong: b.wrong[f.name], Choice: f.choice,
		})
	}
	p.Permitted, p.PermittedWrong = b.permitted, b.wrong["permitted"]
}

// adminExport is GET /admin/source/{name}/source.yaml: the recipe of a source
// that an operator made.
func (s *server) adminExport(w http.ResponseWriter, r *http.Request, op *operator) {
	made, err := s.made(r.Context())
	if err != nil {
		s.failed(w, r, err)
		return
	}
	m, ok := made[r.PathValue("name")]
	if !ok {
		s.notFound(w, r)
		return
	}
	download(w, m.YAML, m.Name)
}

// setMade switches a source that an operator made on or off, or deletes it.
func (s *server) setMade(r *http.Request, op *operator, name, do string) (done string, err error) {
	made, err := s.made(r.Context())
	if err != nil {
		return "", err
	}
	m, ok := made[name]
	if !ok {
		return "", market.ErrNotFound
	}
	if do == "delete" {
		return "deleted", s.Admin.Store.DeleteSource(r.Context(), name, op.audit("source", "delete", name))
	}
	on := do == "enable"
	if on {
		read := s.Admin.Workshop.Read(m.YAML)
		if len(read.Mistakes)+len(read.Blanks) > 0 || read.Spec.Terms.Permission && !m.Permitted {
			return "no-blanks", nil
		}
	}
	was := m.Changed
	m.Enabled, m.By = on, op.who
	err = s.Admin.Store.SaveSource(r.Context(), m, was, op.audit("source", do, name))
	if on {
		return "enabled", err
	}
	return "disabled", err
}

// triedLabel is a label beside how it came about.
func triedLabel(op *operator, name, value string, basis market.Basis, evidence []market.Evidence) *fact {
	f := &fact{Name: name}
	switch basis {
	case market.BasisSite, market.BasisText:
		f.Class = "said"
	case market.BasisEstimate:
		f.Class = "calc"
	}
	f.Value = template.HTML(template.HTMLEscapeString(value))
	switch f.Class {
	case "said":
		f.Word = op.Text("hit.stated")
	case "calc":
		f.Word = op.Text("hit.estimated")
	default:
		f.Word = op.Text("hit.unstated")
	}
	for _, e := range evidence {
		if e.Quote != "" && len(f.Quotes) < 2 {
			f.Quotes = append(f.Quotes, op.quote(e.Quote, ""))
		}
	}
	return f
}
