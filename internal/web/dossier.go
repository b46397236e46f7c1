package web

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// dossier is everything that is stored about a person, as they download it.
// What is not so is null.
type dossier struct {
	Email      string            `json:"email"`
	Language   string            `json:"language"`
	Hour       int               `json:"hour"`
	Zone       string            `json:"zone"`
	Since      *time.Time        `json:"since"`
	LastMail   *time.Time        `json:"last_mail"`
	Suppressed *dossierSuppress  `json:"suppressed"`
	Searches   []dossierSearch   `json:"searches"`
	Letters    []dossierLetter   `json:"letters"`
	Links      []dossierLinkFact `json:"links"`
}

type dossierSuppress struct {
	Reason market.SuppressReason `json:"reason"`
	At     *time.Time            `json:"at"`
}

type dossierSearch struct {
	ID        string             `json:"id"`
	Query     string             `json:"query"`
	Frequency market.Frequency   `json:"frequency"`
	State     market.SearchState `json:"state"`
	Language  string             `json:"language"`
	Hour      int                `json:"hour"`
	Zone      string             `json:"zone"`
	Created   *time.Time         `json:"created"`
	Confirmed *time.Time         `json:"confirmed"`
	Changed   *time.Time         `json:"state_changed"`
	Wanted    *time.Time         `json:"last_wanted"`
	Asked     *time.Time         `json:"asked_whether_still_wanted"`
	Due       *time.Time         `json:"due"`
	LastTold  *time.Time         `json:"last_told"`
	LastCount int                `json:"listings_in_last_mail"`
	Told      int                `json:"listings_told"`
	Cursor    int64              `json:"told_up_to_change"`
}

type dossierLetter struct {
	Key      string             `json:"key"`
	Kind     market.LetterKind  `json:"kind"`
	State    market.LetterState `json:"state"`
	Language string             `json:"language"`
	Subject  string             `json:"subject"`
	Created  *time.Time         `json:"created"`
	Sent     *time.Time         `json:"sent"`
	Attempts int                `json:"attempts"`
	Cause    string             `json:"last_failure"`
}

// dossierLinkFact is a secret link, of which only this is stored and a hash.
type dossierLinkFact struct {
	Scope   market.TokenScope `json:"allows"`
	Search  string            `json:"search"`
	Created *time.Time        `json:"created"`
	Expires *time.Time        `json:"expires"`
}

func dossierOf(d market.Dossier) dossier {
	out := dossier{
		Email: d.Subscriber.Email, Language: d.Subscriber.Lang, Hour: d.Subscriber.Hour, Zone: d.Subscriber.Zone,
		Since: instant(d.Subscriber.Created), LastMail: instant(d.Subscriber.MailedAt),
		Searches: []dossierSearch{}, Letters: []dossierLetter{}, Links: []dossierLinkFact{},
	}
	if d.Suppressed != nil {
		out.Suppressed = &dossierSuppress{d.Suppressed.Reason, instant(d.Suppressed.At)}
	}
	for _, s := range d.Searches {
		out.Searches = append(out.Searches, dossierSearch{
			s.ID, s.Query, s.Freq, s.State, s.Lang, s.Hour, s.Zone,
			instant(s.Created), instant(s.Confirmed), instant(s.ChangedAt), instant(s.AliveAt), instant(s.AskedAt), instant(s.DueAt), instant(s.ToldAt),
			s.Last, s.Told, s.Cursor,
		})
	}
	for _, l := range d.Letters {
		out.Letters = append(out.Letters, dossierLetter{l.Key, l.Kind, l.State, l.Lang, l.Subject, instant(l.Created), instant(l.SentAt), l.Attempts, l.Cause})
	}
	for _, t := range d.Tokens {
		out.Links = append(out.Links, dossierLinkFact{t.Scope, t.Search, instant(t.Created), instant(t.Expires)})
	}
	return out
}

// download answers with a person's dossier as a file.
func (s *server) download(w http.ResponseWriter, r *http.Request, token string, now time.Time) {
	d, err := s.Subscriptions.Dossier(r.Context(), token, now)
	switch {
	case errors.Is(err, market.ErrNotFound):
		s.deadLink(w, r, s.view(w, r), token)
	case err != nil:
		s.failed(w, r, fmt.Errorf("reading what is stored about a person: %w", err))
	default:
		w.Header().Set("Content-Disposition", `attachment; filename="kajkhoj.json"`)
		send(w, r, http.StatusOK, dossierOf(d))
	}
}
