package web

import (
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strings"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

type reportsPage struct {
	adminFrame
	Heading string
	Rows    []reportRow
}

// reportRow are the open reports of all kinds about one listing.
type reportRow struct {
	ID    string
	Title template.HTML
	Site  template.HTML
	Last  string
	Stamp string
	Open  bool
	Wrong []wrongLine
}

// wrongLine is what readers say is wrong, with the label that they saw, how
// it was known, and which classifier set it.
type wrongLine struct{ Text, Label, Count string }

// shownReports is how many open reports are read, those of one kind about one
// listing as one.
const shownReports = 500

// openReports are the open reports by listings, those with the newest first.
func (s *server) openReports(r *http.Request, op *operator) ([]reportRow, error) {
	all, err := s.Admin.Store.OpenReports(r.Context(), shownReports)
	if err != nil {
		return nil, err
	}
	var rows []reportRow
	at := map[string]int{}
	for _, one := range all {
		i, known := at[one.Listing.ID]
		if !known {
			i = len(rows)
			at[one.Listing.ID] = i
			rows = append(rows, reportRow{
				ID: one.Listing.ID, Title: op.named(one.Listing.Title), Site: op.site(one.Listing.Source), Last: op.Age(one.Last, op.now), Stamp: stamp(one.Last), Open: one.Listing.Open(),
			})
		}
		line := wrongLine{Text: op.Text("wrong." + string(one.Wrong)), Count: op.Int(one.Count)}
		switch label := one.Label; {
		case label == "":
		case one.Wrong == market.WrongLevel:
			line.Label = op.Text("level." + label)
		case one.Wrong == market.WrongEnglish:
			line.Label = op.Text("english." + label)
		default:
			var signs []string
			for sign := range strings.SplitSeq(label, ",") {
				if slices.Contains(market.WarningKinds, market.WarningKind(sign)) {
					signs = append(signs, op.Text("sign."+sign))
				}
			}
			line.Label = strings.Join(signs, ", ")
		}
		line.Label = strings.Join(slices.DeleteFunc([]string{line.Label, basis(op, one), version(op, one)}, func(s string) bool { return s == "" }), ", ")
		rows[i].Wrong = append(rows[i].Wrong, line)
	}
	return rows, nil
}

// basis is how the label was known that the readers saw: stated, estimated or,
// where there was none, not stated; empty for what is never one of them.
func basis(op *operator, r market.Reported) string {
	switch {
	case r.Wrong != market.WrongLevel && r.Wrong != market.WrongEnglish:
		return ""
	case r.Label == "":
		return op.Text("hit.unstated")
	case r.Basis.Stated():
		return op.Text("hit.stated")
	}
	return op.Text("hit.estimated")
}

// version names the classifier that set the label, empty where none did.
func version(op *operator, r market.Reported) string {
	if r.Labelled == 0 || r.Wrong == market.WrongClosed {
		return ""
	}
	return op.Text("reports.version", "n", op.Int(r.Labelled))
}

// adminReports is GET /admin/reports: what readers say is wrong.
func (s *server) adminReports(w http.ResponseWriter, r *http.Request, op *operator) {
	rows, err := s.openReports(r, op)
	if err != nil {
		s.failed(w, r, err)
		return
	}
	p := &reportsPage{adminFrame: s.adminFrame(r, op, op.Text("reports.title")), Rows: rows}
	p.Heading = op.Text("reports.count", "n", op.Int(len(rows)))
	s.show(w, r, op.view, "admin-reports", http.StatusOK, p)
}

// adminReportsDo is POST /admin/reports with the listings, each a field id, and
// the field do.
func (s *server) adminReportsDo(w http.ResponseWriter, r *http.Request, op *operator) {
	ctx, st, ids, do := r.Context(), s.Admin.Store, r.PostForm["id"], r.PostForm.Get("do")
	for _, id := range ids {
		if !listingID.MatchString(id) {
			s.fail(w, r, http.StatusNotFound, "no-listing")
			return
		}
	}
	if len(ids) == 0 {
		back(w, r, "/admin/reports", "no-choice")
		return
	}
	var done string
	var err error
	switch do {
	case "done":
		done, err = "settled", st.SettleReports(ctx, ids, market.ReportDone, op.audit("report", "done", ""))
	case "dropped":
		done, err = "dropped", st.SettleReports(ctx, ids, market.ReportDropped, op.audit("report", "dropped", ""))
	case "close":
		closing := op.audit("listing", "close", "")
		closing.Before = "open"
		done, err = "closed", st.CloseListings(ctx, ids, closing)
		if err == nil {
			err = st.SettleReports(ctx, ids, market.ReportDone, op.audit("report", "done", ""))
		}
	default:
		s.bad(w, r, op.view, op.Text("bad.field", "param", "do", "value", cut(do, 40), "want", op.Text("manage.buttons")))
		return
	}
	if err != nil {
		s.failed(w, r, fmt.Errorf("settling reports (%s): %w", do, err))
		return
	}
	back(w, r, "/admin/reports", done)
}

type groupPage struct {
	adminFrame
	ID      string
	Members []memberRow
	Wrong   string
	Typed   string
}

type memberRow struct {
	ID           string
	Title, Site  template.HTML
	URL, Rel     string
	Open         bool
	First, Stamp string
}

// adminGroup is GET /admin/group/{listing}: the listings that are taken for
// one piece of work.
func (s *server) adminGroup(w http.ResponseWriter, r *http.Request, op *operator) {
	s.showGroup(w, r, op, r.PathValue("listing"), "", "")
}

func (s *server) showGroup(w http.ResponseWriter, r *http.Request, op *operator, id, typed, wrong string) {
	if !listingID.MatchString(id) {
		s.fail(w, r, http.StatusNotFound, "no-listing")
		return
	}
	l, err := s.Store.Listing(r.Context(), id)
	switch {
	case errors.Is(err, market.ErrNotFound):
		s.fail(w, r, http.StatusNotFound, "no-listing")
		return
	case err != nil:
		s.failed(w, r, err)
		return
	}
	p := &groupPage{adminFrame: s.adminFrame(r, op, op.Text("copies.title")), ID: id, Typed: typed, Wrong: wrong}
	p.Members = append(p.Members, s.memberRow(op, l))
	for _, c := range l.AlsoOn {
		m, err := s.Store.Listing(r.Context(), c.ID)
		switch {
		case errors.Is(err, market.ErrNotFound):
			continue
		case err != nil:
			s.failed(w, r, err)
			return
		}
		p.Members = append(p.Members, s.memberRow(op, m))
	}
	status := http.StatusOK
	if wrong != "" {
		status = http.StatusBadRequest
	}
	s.show(w, r, op.view, "admin-group", status, p)
}

func (s *server) memberRow(op *operator, l market.Listing) memberRow {
	return memberRow{
		ID: l.ID, Title: op.named(l.Title), Site: op.site(l.Source), URL: safeURL(l.URL), Rel: rel(s.spec(l.Source)),
		Open: l.Open(), First: op.DateClock(l.FirstSeenAt), Stamp: stamp(l.FirstSeenAt),
	}
}

// adminGroupDo is POST /admin/group/{listing} with the field do: split takes
// the listing out of its group, merge puts it together with another, whose id
// or address stands in the field with.
func (s *server) adminGroupDo(w http.ResponseWriter, r *http.Request, op *operator) {
	ctx, st, id := r.Context(), s.Admin.Store, r.PathValue("listing")
	if !listingID.MatchString(id) {
		s.fail(w, r, http.StatusNotFound, "no-listing")
		return
	}
	to := "/admin/group/" + id
	var err error
	done := ""
	switch do := r.PostForm.Get("do"); do {
	case "split":
		one := r.PostForm.Get("id")
		if !listingID.MatchString(one) {
			s.fail(w, r, http.StatusNotFound, "no-listing")
			return
		}
		done, err = "split", st.SplitListing(ctx, one, op.audit("group", "split", one))
	case "merge":
		typed := strings.TrimSpace(strings.ToValidUTF8(r.PostForm.Get("with"), "\uFFFD"))
		with := typed[strings.LastIndexByte(typed, '/')+1:]
		with, _, _ = strings.Cut(with, "?")
		if !listingID.MatchString(with) || with == id {
			s.showGroup(w, r, op, id, typed, op.Text("copies.bad-id"))
			return
		}
		done, err = "merged", st.MergeListings(ctx, []string{id, with}, op.audit("group", "merge", id))
		if errors.Is(err, market.ErrNotFound) {
			s.showGroup(w, r, op, id, typed, op.Text("copies.no-id"))
			return
		}
	default:
		s.bad(w, r, op.view, op.Text("bad.field", "param", "do", "value", cut(do, 40), "want", op.Text("manage.buttons")))
		return
	}
	switch {
	case errors.Is(err, market.ErrNotFound):
		s.fail(w, r, http.StatusNotFound, "no-listing")
		return
	case errors.Is(err, market.ErrNone):
		done = "no-change"
	case err != nil:
		s.failed(w, r, fmt.Errorf("changing a group: %w", err))
		return
	}
	back(w, r, to, done)
}
