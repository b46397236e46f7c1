package alert

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// The most that one pass asks, and the most rows of a kind that one ends.
const (
	askAtOnce    = 100
	expireAtOnce = 500
)

// Asker asks people whether they are still looking, market.AskAfter after
// they last said so. An answer is Alive of the page; where none comes within
// market.AnswerFor, Expirer pauses the searches.
type Asker struct {
	Store   Store
	Letters Letters
	// Metrics may be nil.
	Metrics *Metrics
}

// Pass files letters that ask. It is a loop.Pass, and says how many. A letter
// that cannot be written stops no other; the errors of all come back together.
func (a *Asker) Pass(ctx context.Context, now time.Time) (did int, err error) {
	silent, err := a.Store.Silent(ctx, now.Add(-market.AskAfter), askAtOnce)
	if errors.Is(err, market.ErrNone) {
		return 0, err
	}
	if err != nil {
		return 0, fmt.Errorf("reading who was not heard of: %w", err)
	}
	var errs []error
	for _, p := range silent {
		to := p.Subscriber
		raw, token := market.NewToken(market.TokenManage, to.ID, "", now, market.ManageTokenFor)
		letter, err := written(func() (market.Letter, error) { return a.Letters.Ask(to, p.Searches, raw, now) })
		if err != nil {
			a.Metrics.fail(failLetter)
			errs = append(errs, fmt.Errorf("writing to subscriber %s: %w", to.ID, err))
			continue
		}
		var ids []string
		about := []string{string(market.LetterAsk), to.ID}
		for _, s := range p.Searches {
			ids = append(ids, s.ID)
			about = append(about, s.ID, strconv.FormatInt(s.AliveAt.UnixMilli(), 10))
		}
		letter.Key = key(about...)
		err = a.Store.Ask(ctx, ids, letter, []market.Token{token}, now)
		switch {
		case errors.Is(err, market.ErrNone): // another process asked, or the person answered
		case err != nil:
			return did, errors.Join(append(errs, fmt.Errorf("filing a letter that asks: %w", err))...)
		default:
			did++
			a.Metrics.ask()
		}
	}
	return did, errors.Join(errs...)
}

// Expirer ends what has had its time.
type Expirer struct {
	Store Store
	// Metrics may be nil.
	Metrics *Metrics
}

// Pass ends some of it. It is a loop.Pass, and says how many rows.
func (e *Expirer) Pass(ctx context.Context, now time.Time) (did int, err error) {
	did, err = e.Store.Expire(ctx, now, expireAtOnce)
	if err != nil {
		return 0, fmt.Errorf("ending what has had its time: %w", err)
	}
	e.Metrics.end(did)
	if did == 0 {
		return 0, market.ErrNone
	}
	return did, nil
}
