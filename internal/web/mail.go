package web

import (
	"context"
	"net/http"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// Subscriptions is what the pages about mails need of the store. Methods that
// take a raw token check it themselves, in constant time, and fail with
// market.ErrNotFound where it is none, is of another scope, or has expired.
type Subscriptions interface {
	// Subscribe files a pending search of s's Query, Freq, Lang, Hour and Zone
	// for an address, with the letter that asks to confirm it. It gives
	// filed false, and no letter is filed, where the address takes no mail,
	// has had market.MaxConfirm such letters in 24 hours, or has
	// market.MaxSearches searches: the caller must not let anybody see which.
	// A pending search of the same query is replaced.
	Subscribe(ctx context.Context, email string, s market.Search, now time.Time, write WriteLetter) (filed bool, err error)
	// SendManage files the letter with the link to a person's searches, for
	// an address that has some; filed as for Subscribe.
	SendManage(ctx context.Context, email string, now time.Time, write WriteLetter) (filed bool, err error)

	// Pending is the search that a token would start, without starting it;
	// used says that it was started by this token before.
	Pending(ctx context.Context, raw string, now time.Time) (to market.Subscriber, s market.Search, used bool, err error)
	// Confirm starts the search: its cursor is the newest change, its owner
	// takes its Lang, Hour and Zone, next says when it is due. Where the owner
	// has another search of the same query, that one takes its frequency and
	// is on. A token starts a search once: after that Confirm changes
	// nothing, and used is true.
	Confirm(ctx context.Context, raw string, now time.Time, next NextDue) (s market.Search, used bool, err error)

	// Manage is the person whom a token of the scope manage is about, with all
	// their searches, oldest first.
	Manage(ctx context.Context, raw string, now time.Time) (market.Subscriber, []market.Search, error)
	// ChangeSearch has change edit one search of the token's person: its
	// Query, Freq or State. It takes care of Cursor (a resumed search or an
	// edited query begins anew), AliveAt and DueAt. Where another search of
	// theirs has the new query, that one goes. ErrNotFound: it is not one of
	// theirs; ErrInvalid: it is pending, its new state or frequency is none,
	// or it would be on and the address takes no mail.
	ChangeSearch(ctx context.Context, raw, search string, now time.Time, next NextDue, change func(*market.Search) error) error
	// DeleteSearch deletes one search of the token's person.
	DeleteSearch(ctx context.Context, raw, search string, now time.Time) error
	// ChangeSubscriber has change edit the person's Lang, Hour or Zone.
	ChangeSubscriber(ctx context.Context, raw string, now time.Time, next NextDue, change func(*market.Subscriber) error) error
	// Stop ends all mails of the token's person: every search is stopped
	// (pending ones are deleted), and letters that wait are buried.
	Stop(ctx context.Context, raw string, now time.Time) error
	// Alive notes that the token's person is still looking; searches that were
	// paused for want of an answer go on.
	Alive(ctx context.Context, raw string, now time.Time, next NextDue) error
	// Revoke makes every link of the token's person void, that token's
	// included.
	Revoke(ctx context.Context, raw string, now time.Time) error
	// ForgetPerson deletes everything that is stored about the token's person. Only
	// that their address takes no mail, where that is so, is kept, as a hash.
	ForgetPerson(ctx context.Context, raw string, now time.Time) error
	// Dossier is everything that is stored about the token's person.
	Dossier(ctx context.Context, raw string, now time.Time) (market.Dossier, error)

	// Bounced notes that the letter of a key came back, or was called spam:
	// its address gets no mail any more. ErrNotFound: there is no such letter.
	Bounced(ctx context.Context, key string, reason market.SuppressReason, now time.Time) error
	// MailStats counts what operators and the status page watch.
	MailStats(ctx context.Context, now time.Time) (market.MailStats, error)
}

// WriteLetter writes a letter for a person and, where it is about one, a
// search, with the tokens of its links. It is called inside a transaction.
type WriteLetter = func(to market.Subscriber, s market.Search) (market.Letter, []market.Token, error)

// NextDue says when a search of a person is due after an instant.
type NextDue = func(to market.Subscriber, s market.Search, after time.Time) time.Time

// Mails writes the letters that the pages send. manage is the raw token of
// the scope manage, confirm that of the scope confirm.
type Mails interface {
	Confirm(to market.Subscriber, s market.Search, confirm, manage string, now time.Time) (market.Letter, error)
	Manage(to market.Subscriber, manage string, now time.Time) (market.Letter, error)
}

// mailRoutes are the pages about mails. There are none without Subscriptions.
func (s *server) mailRoutes() {
	if s.Subscriptions == nil {
		return
	}
	for pattern, serve := range map[string]http.HandlerFunc{
		"GET /subscribe":               s.subscribe,
		"POST /subscribe":              s.subscribed,
		"GET /subscribe/sent":          s.subscribeSent,
		"GET /confirm/{token}":         s.confirm,
		"POST /confirm":                s.confirmed,
		"GET /manage":                  s.askManage,
		"POST /manage":                 s.askedManage,
		"GET /manage/sent":             s.manageSent,
		"GET /manage/{token}":          s.manage,
		"POST /manage/{token}":         s.managed,
		"GET /manage/{token}/{search}": s.edit,
		"GET /stop/{token}":            s.stop,
		"POST /stop/{token}":           s.stopped,
		"GET /alive/{token}":           s.alive,
		"POST /alive/{token}":          s.answered,
	} {
		s.mux.HandleFunc(pattern, private(serve))
	}
	if s.BounceSecret != "" {
		s.mux.HandleFunc(bouncePath, s.bounce)
	}
}

// private keeps a page that a person alone is to see from caches and from
// search engines, and an address that holds a token from being told to
// wherever a link leads. Other pages keep the site's referrer policy: where
// none may be told, a browser sends a form's origin as "null" (Fetch, 3.2),
// and without a token the origin is all that a form is believed by.
func private(serve http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("X-Robots-Tag", "noindex")
		if r.PathValue("token") != "" {
			h.Set("Referrer-Policy", "no-referrer")
		}
		serve(w, r)
	}
}
