package web

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// postFor is how long the counts of the mails are kept before they are
// counted again.
const postFor = 3 * time.Second

func (s *server) mailStats(ctx context.Context) (market.MailStats, error) {
	return s.post.get(postFor, func() (market.MailStats, error) { return s.Subscriptions.MailStats(ctx, s.Now()) })
}

// postRow is how the mails are, for the status page.
type postRow struct {
	// Class and State are the short word, Text how far. Alarm says what is
	// wrong, loudly; empty where nothing is.
	Class, State, Text, Alarm string
}

func (s *server) postRow(ctx context.Context, v *view, now time.Time) *postRow {
	st, err := s.mailStats(ctx)
	if err != nil {
		s.Log.Error("the mails cannot be counted", "err", err)
		return &postRow{Class: "down", State: v.Text("state.failed"), Text: v.Text("fail.store")}
	}
	queued := v.Int(st.Letters[market.LetterQueued])
	p := &postRow{State: v.Text("state.healthy"), Text: v.Text("status.mail-queued", "n", queued)}
	switch alarm := mailAlarm(st, s.MailReady, now); alarm {
	case "":
		if !s.MailReady {
			p.Class, p.State, p.Text = "off", v.Text("state.off"), v.Text("status.mail-off")
		}
	case mailUnready:
		p.Class, p.State, p.Alarm = "down", v.Text("state.failed"), v.Text("status.mail-unready", "n", queued)
	case mailStuck:
		p.Class, p.State, p.Alarm = "slow", v.Text("state.late"), v.Text("status.mail-stuck", "n", queued, "time", v.Moment(st.OldestQueued, now))
	case mailOverdue:
		p.Class, p.State, p.Alarm = "slow", v.Text("state.late"), v.Text("status.mail-overdue", "n", v.Int(st.Overdue), "time", v.Moment(st.OldestDue, now))
	}
	return p
}

// The alarms about mails, the gravest first.
const (
	mailUnready = "unready" // letters wait, and no mail server is configured
	mailStuck   = "stuck"   // a letter has waited longer than market.MailOverdue
	mailOverdue = "overdue" // a search was due longer ago
)

// mailAlarm is the gravest thing that is wrong with the mails, empty where
// nothing is.
func mailAlarm(st market.MailStats, ready bool, now time.Time) string {
	switch {
	case !ready && st.Letters[market.LetterQueued] > 0:
		return mailUnready
	case !st.OldestQueued.IsZero() && now.Sub(st.OldestQueued) > market.MailOverdue:
		return mailStuck
	case st.Overdue > 0:
		return mailOverdue
	}
	return ""
}

// mailGauges are read when they are asked for.
type mailGauges struct{ *server }

var (
	mailReady       = prometheus.NewDesc("kajkhoj_mail_ready", "1 when a mail server is configured.", nil, nil)
	mailAlarms      = prometheus.NewDesc("kajkhoj_mail_alarm", "1 for what is wrong with the mails: letters wait and no mail server is configured (unready), a letter has waited too long (stuck), a search was due long ago (overdue). At most one is 1, the gravest.", []string{"alarm"}, nil)
	mailSubscribers = prometheus.NewDesc("kajkhoj_mail_subscribers", "People with saved searches.", nil, nil)
	mailSearches    = prometheus.NewDesc("kajkhoj_mail_searches", "Saved searches by state.", []string{"state"}, nil)
	mailLetters     = prometheus.NewDesc("kajkhoj_mail_letters", "Letters by state.", []string{"state"}, nil)
	mailSuppressed  = prometheus.NewDesc("kajkhoj_mail_suppressed", "Addresses that get no mail, by reason.", []string{"reason"}, nil)
	mailOldest      = prometheus.NewDesc("kajkhoj_mail_oldest_queued_seconds", "How long ago the longest waiting letter was due first; 0 where none waits.", nil, nil)
	mailLate        = prometheus.NewDesc("kajkhoj_mail_overdue_searches", "Searches that were due 15 minutes ago or longer and were not told.", nil, nil)
	mailOldestDue   = prometheus.NewDesc("kajkhoj_mail_oldest_due_seconds", "How long ago the first of the overdue searches was due; 0 where none is.", nil, nil)
)

func (g mailGauges) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{mailReady, mailAlarms, mailSubscribers, mailSearches, mailLetters, mailSuppressed, mailOldest, mailLate, mailOldestDue} {
		ch <- d
	}
}

func (g mailGauges) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), probeWithin)
	defer cancel()
	set := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	truth := func(b bool) float64 {
		if b {
			return 1
		}
		return 0
	}
	set(mailReady, truth(g.MailReady))
	st, err := g.mailStats(ctx)
	if err != nil {
		return // kajkhoj_store_up tells
	}
	now := g.Now()
	alarm := mailAlarm(st, g.MailReady, now)
	for _, a := range []string{mailUnready, mailStuck, mailOverdue} {
		set(mailAlarms, truth(a == alarm), a)
	}
	set(mailSubscribers, float64(st.Subscribers))
	for _, state := range market.SearchStates {
		set(mailSearches, float64(st.Searches[state]), string(state))
	}
	for _, state := range market.LetterStates {
		set(mailLetters, float64(st.Letters[state]), string(state))
	}
	for _, why := range market.SuppressReasons {
		set(mailSuppressed, float64(st.Suppressed[why]), string(why))
	}
	since := func(t time.Time) float64 {
		if t.IsZero() {
			return 0
		}
		return max(now.Sub(t), 0).Seconds()
	}
	set(mailOldest, since(st.OldestQueued))
	set(mailLate, float64(st.Overdue))
	set(mailOldestDue, since(st.OldestDue))
}
